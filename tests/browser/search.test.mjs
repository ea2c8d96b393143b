// Signing in, finding a person, and a list whose state stands in the URL.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openAs } from "./support/browser.mjs";
import { look } from "./support/look.mjs";
import { OWNER, api, browser, runner } from "./support/stage.mjs";

test("a member signs in and finds a person by typing, without the field losing the focus", async () => {
  const { page, context, complaints } = await openAs(browser, runner, OWNER);
  assert.equal(await page.evaluate(() => localStorage.length), 0, "nothing is kept beyond the tab");
  await page.getByText("1–50 of 300").waitFor();
  await look(page, "contacts");
  await page.keyboard.press("/");
  await page.keyboard.type("aurelie brule");
  await page.waitForURL(/q=aurelie\+brule/);
  await page.locator(".pager-text", { hasText: "of 1" }).first().waitFor();
  assert.equal(await page.getByRole("searchbox").evaluate((field) => field === document.activeElement), true);
  assert.match(await page.locator("tbody tr").first().innerText(), /Aurélie Brûlé/);
  await page.reload();
  await page.locator("tbody tr").first().waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), "aurelie brule", "a reload keeps the search");
  await page.getByRole("searchbox").fill("nobody has this name");
  await page.getByText("Nobody matches").waitFor();
  await look(page, "contacts-none");
  await page.getByRole("button", { name: "Show all contacts" }).click();
  await page.getByText("1–50 of 300").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("filter, sort and page stand in the URL, and Back goes back", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.getByRole("button", { name: "Inactive" }).click();
  await page.waitForURL(/status=inactive/);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByRole("button", { name: "Company" }).click();
  await page.waitForURL(/sort=company/);
  assert.equal(await page.getByRole("columnheader", { name: "Company" }).getAttribute("aria-sort"), "ascending");
  await page.getByRole("button", { name: "Next page" }).click();
  await page.waitForURL(/page=2/);
  await page.getByText("51–100 of 300").waitFor();
  await page.goBack();
  await page.getByText("1–50 of 300").waitFor();
  await page.goBack();
  await page.waitForURL((url) => url.search === "");
  assert.equal(await page.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort"), "ascending");
  await context.close();
});

test("an answer that comes late does not replace a newer one", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.route(/\/v1\/contacts\?q=a&/, async (route) => {
    await new Promise((late) => setTimeout(late, 700));
    await route.continue().catch(() => undefined);
  });
  await page.getByRole("searchbox").press("a");
  await page.getByRole("searchbox").pressSequentially("urelie brule", { delay: 20 });
  await page.locator(".pager-text", { hasText: "of 1" }).first().waitFor();
  await page.waitForTimeout(1_000);
  assert.match(await page.locator(".pager-text").first().innerText(), /of 1$/);
  await context.close();
});

test("the keyboard alone moves in the rows, selects, opens and comes back", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.getByText("1–50 of 300").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("x");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+X");
  await page.getByText("2 selected").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".bulk").waitFor({ state: "detached" });
  const name = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1", "the focus stands at the heading of the new page");
  await page.goBack();
  await page.getByText("1–50 of 300").waitFor();
  await page.keyboard.press("Tab");
  await context.close();
});

test("a list that cannot be read says so and reads again", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.getByText("1–50 of 300").waitFor();
  await page.route("**/v1/contacts?*", (route) => route.abort());
  await page.getByRole("button", { name: "Inactive" }).click();
  await page.getByText("The list could not be read anew.").waitFor();
  await page.unroute("**/v1/contacts?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The list could not be read anew.").waitFor({ state: "detached" });
  await context.close();
});

test("what cannot be read anew is not offered as a whole, and a page that fails leaves the way to the others", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.getByLabel("Select this page").check();
  const all = page.getByRole("button", { name: "Select all 300 that match" });
  await all.waitFor();
  await page.route("**/v1/contacts?*", (route) => route.abort());
  await page.getByRole("button", { name: "Inactive" }).click();
  await page.getByText("The list could not be read anew.").waitFor();
  assert.equal(await all.count(), 0, "the total of another search is no promise");
  await page.unroute("**/v1/contacts?*");
  await page.route("**/v1/contacts?*", (route) => route.fulfill({ json: { items: [{}], total: 1, page: 1 } }));
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "This page cannot be shown" }).waitFor();
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
  await context.close();
});

test("a team sees its own contacts only, and an address of another team shows nothing", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.locator(".row-link").first().click();
  await page.waitForURL(/contacts\/[0-9a-f-]{36}$/);
  const path = new URL(page.url()).pathname;
  await context.close();
  const other = await openAs(browser, runner, "owner@other.example", { path });
  await other.page.getByText("There is nothing here").waitFor();
  await other.context.close();
});

test("a name with markup is text wherever it stands", async () => {
  const name = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
  const { id } = await api("POST", "/v1/contacts", { displayName: name, company: name, emails: { "<b>": "b@x.example" }, notes: name });
  const { page, context, complaints } = await openAs(browser, runner, OWNER, { path: `/app/contacts?q=${encodeURIComponent("onerror")}` });
  let alerts = 0;
  page.on("dialog", (dialog) => {
    alerts += 1;
    void dialog.dismiss();
  });
  await page.getByRole("link", { name }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.goto(`/app/contacts/${id}/edit`);
  await page.getByRole("heading", { level: 1, name: `Edit ${name}` }).waitFor();
  assert.deepEqual([alerts, await page.locator("main img").count(), complaints], [0, 0, []]);
  await context.close();
});
