// The whole work of a day without a mouse: finding, fixing, importing, undoing, asking why.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openAs, toast } from "./support/browser.mjs";
import { OWNER, api, browser, folder, runner } from "./support/stage.mjs";

const MOST_TABS = 150;

/** Presses Tab until what has this name has the focus, as somebody does who sees where it is. */
async function tabTo(page, name) {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const named = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent ?? "";
      return { name: named.trim(), visible: element !== document.body && element.matches(":focus-visible") };
    });
    if (name.test(focused.name)) {
      assert.equal(focused.visible, true, `the focus on ${focused.name} can be seen`);
      return;
    }
  }
  assert.fail(`${name} is not reached by ${MOST_TABS} tabs`);
}

test("somebody is found, their email is fixed, and the reason why they cannot sign in is read", async () => {
  const { id } = await api("POST", "/v1/contacts", { firstName: "Keyla", lastName: "Taste", primaryEmail: "keyla@wrong.example" });
  const { page, context, complaints } = await openAs(browser, runner, OWNER);
  await page.locator("tbody tr").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("keyla taste");
  await page.waitForURL(/q=keyla\+taste/);
  await page.locator(".pager-text", { hasText: /of 1$/ }).first().waitFor();
  await page.locator("tbody tr", { hasText: "Keyla Taste" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/app/contacts/${id}$`));
  await tabTo(page, /^Edit$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/edit$/);
  await tabTo(page, /^Primary Email/);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("keyla@right.example");
  await page.keyboard.press("Control+s");
  await toast(page, "Saved.").waitFor();
  assert.equal((await api("GET", `/v1/contacts/${id}`)).primaryEmail, "keyla@right.example");
  await page.goto(`/app/contacts/${id}`);
  await page.getByRole("button", { name: "Why?" }).waitFor();
  await tabTo(page, /^Why\?$/);
  await page.keyboard.press("Enter");
  await page.getByText("The contact has portal access").first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("The contact has portal access").first().waitFor({ state: "hidden" });
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a messy file is imported, looked at, applied and undone", async () => {
  const path = join(folder, "messy.csv");
  await writeFile(path, "Vorname;Nachname;E-Mail\nTom;Tab;tom@tab.example\nKaputt;Adresse;kaputt(at)tab\n");
  const { page, context, complaints } = await openAs(browser, runner, OWNER, { path: "/app/import" });
  const chooser = page.waitForEvent("filechooser");
  await tabTo(page, /^Choose a file/);
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(path);
  await page.getByRole("heading", { name: "Columns" }).waitFor();
  await tabTo(page, /^Make the plan/);
  await page.keyboard.press("Enter");
  await page.getByText("This is a plan.").waitFor();
  await tabTo(page, /^Apply to 1 contact/);
  assert.equal((await api("GET", "/v1/contacts?q=tom@tab.example")).total, 0, "nothing is written before it is applied");
  await page.keyboard.press("Enter");
  await page.locator(".page-head .badge", { hasText: "Done" }).waitFor({ timeout: 30_000 });
  assert.equal((await api("GET", "/v1/contacts?q=tom@tab.example")).total, 1);
  await tabTo(page, /^Undo/);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await tabTo(page, /^Undo$/);
  await page.keyboard.press("Enter");
  for (let tries = 0; tries < 75 && (await api("GET", "/v1/contacts?q=tom@tab.example")).total !== 0; tries += 1) await page.waitForTimeout(200);
  assert.equal((await api("GET", "/v1/contacts?q=tom@tab.example")).total, 0);
  assert.deepEqual(complaints, []);
  await context.close();
});
