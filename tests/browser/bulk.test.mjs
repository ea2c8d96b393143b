// Many contacts at once: selection over pages, bulk actions, plans for more than a hundred, export, undo.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { openAs, toast } from "./support/browser.mjs";
import { look } from "./support/look.mjs";
import { OWNER, api, browser, runner } from "./support/stage.mjs";

test("rows are chosen over two pages, changed at once, and changed back", async () => {
  const { page, context, complaints } = await openAs(browser, runner, OWNER, { path: "/app/contacts" });
  await page.getByRole("button", { name: "Active", exact: true }).click();
  await page.waitForURL(/status=active/);
  await page.locator("tbody input[type=checkbox]").nth(0).click();
  await page.getByRole("button", { name: "Next page" }).click();
  await page.getByText(/51–100 of/).waitFor();
  await page.locator("tbody input[type=checkbox]").nth(1).click();
  await page.getByText("1 not on this page").waitFor();
  assert.equal(await page.locator("tbody input[type=checkbox]").nth(1).isChecked(), true);
  await page.locator("tbody input[type=checkbox]").nth(4).click({ modifiers: ["Shift"] });
  await page.getByText("5 selected").waitFor();
  await page.locator("tbody input[type=checkbox]").nth(4).click({ modifiers: ["Shift"] });
  assert.deepEqual(await page.locator("tbody input[type=checkbox]").evaluateAll((boxes) => boxes.slice(0, 6).map((box) => box.checked)), [false, true, true, true, true, false]);
  for (const row of [2, 3, 4]) await page.locator("tbody input[type=checkbox]").nth(row).click();
  await page.getByText("2 selected").waitFor();
  await look(page, "contacts-selected");
  await page.getByRole("button", { name: "Status of the selected contacts" }).click();
  await page.getByRole("menuitem", { name: "Deactivate" }).click();
  await toast(page, "2 contacts updated.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await toast(page, "Undone: 2 contacts updated.").waitFor();
  await page.locator("tbody input[type=checkbox]").nth(0).click();
  await page.getByRole("button", { name: "Set a field" }).click();
  await page.getByLabel("New value").fill("Night shift");
  await look(page, "bulk-set");
  await page.getByRole("button", { name: "Change 1 contact" }).click();
  await toast(page, "1 contact updated.").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("everything that matches becomes a plan that names its count, and nothing is deleted before it is applied", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.getByLabel("Select this page").check();
  await page.getByRole("button", { name: "Select all 300 that match" }).click();
  await page.getByText("All 300 that match are selected").waitFor();
  await page.getByRole("region", { name: "Selected contacts" }).getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog", { name: "Delete 300 contacts?" }).waitFor();
  await look(page, "bulk-delete");
  await page.getByRole("button", { name: "Delete 300 contacts" }).click();
  await page.waitForURL(/\/app\/jobs\//);
  await page.getByText("This is a plan.").waitFor();
  assert.equal((await api("GET", "/v1/contacts")).total, 300);
  await look(page, "job-planned");
  await page.getByRole("button", { name: "Apply to 300 contacts" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete 300 contacts" }).click();
  await page.locator(".page-head .badge", { hasText: "Done" }).waitFor({ timeout: 60_000 });
  assert.equal((await api("GET", "/v1/contacts")).total, 0);
  await look(page, "job-done");
  await page.getByRole("link", { name: "Contacts" }).click();
  await page.getByText("No contacts yet").waitFor();
  await look(page, "contacts-empty");
  await page.goBack();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Undo" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/app/jobs/"));
  for (let tries = 0; tries < 100 && (await api("GET", "/v1/contacts")).total < 300; tries += 1) {
    const apply = page.getByRole("button", { name: /^Apply to/ });
    if (await apply.isVisible()) await apply.click();
    await page.waitForTimeout(200);
  }
  assert.equal((await api("GET", "/v1/contacts")).total, 300);
  await page.getByRole("link", { name: "Jobs" }).first().click();
  await page.locator("tbody tr").first().waitFor();
  await look(page, "jobs");
  await context.close();
});

test("what is filtered is exported, and the link gives the file", async () => {
  const { page, context } = await openAs(browser, runner, OWNER, { path: "/app/contacts?status=inactive" });
  const total = (await api("GET", "/v1/contacts?status=inactive")).total;
  await page.getByText(`of ${total}`).first().waitFor();
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await page.getByRole("button", { name: `Export ${total} contacts` }).click();
  const link = page.getByRole("link", { name: "Download the file" });
  await link.waitFor({ timeout: 30_000 });
  await look(page, "export");
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  assert.match(lines[0], /id,version,firstName/);
  assert.ok(lines.length >= total + 1);
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("link", { name: "Jobs" }).first().click();
  await page.getByRole("link", { name: /^Export of/ }).first().click();
  const [again] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  assert.equal((await readFile(await again.path(), "utf8")).trim().split("\r\n").length, lines.length);
  await context.close();
});

test("one contact is deleted from the row's menu after a question, and comes back by Undo", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  for (const row of [0, 1]) await page.locator("tbody input[type=checkbox]").nth(row).click();
  const name = await page.locator(".row-link").first().innerText();
  await page.locator("tbody tr").first().getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "View" }).waitFor();
  await look(page, "row-menu");
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete 1 contact" }).click();
  await toast(page, `${name} was deleted.`).waitFor();
  await page.getByText("of 299").first().waitFor();
  await page.getByText("1 selected").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("of 300").first().waitFor();
  await context.close();
});

test("rows that “Show more” asked for do not come in under another outcome", async () => {
  const { id } = await api("POST", "/v1/contacts/bulk", { action: { set: { division: "Nobody's" } }, selection: { filter: {} } });
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/jobs/${id}` });
  const rows = page.locator(".rows-table tbody tr");
  await rows.first().waitFor();
  const first = await rows.count();
  let release = null;
  const asked = new Promise((held) => {
    void page.route("**/rows?*cursor=*", async (route) => {
      await new Promise((go) => {
        release = go;
        held();
      });
      await route.continue().catch(() => undefined);
    });
  });
  const given = page.waitForEvent("requestfailed", (request) => request.url().includes("cursor="));
  await page.getByRole("button", { name: "Show more rows" }).click();
  await asked;
  await page.getByRole("group", { name: "Rows by outcome" }).getByRole("button", { name: /^To update/ }).click();
  release();
  assert.equal((await given).failure().errorText, "net::ERR_ABORTED");
  const more = page.getByRole("button", { name: "Show more rows" });
  await more.waitFor();
  assert.equal(await rows.count(), first);
  await page.unroute("**/rows?*cursor=*");
  await more.click();
  await more.waitFor({ state: "detached" });
  assert.ok((await rows.count()) > first, "those of the outcome that is shown do come");
  await api("POST", `/v1/jobs/${id}/cancel`);
  await context.close();
});
