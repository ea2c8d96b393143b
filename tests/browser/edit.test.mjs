// Looking at a contact and editing it: errors at the field, conflicts, unsaved changes, a session that ends meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, openAs, toast } from "./support/browser.mjs";
import { look } from "./support/look.mjs";
import { OWNER, api, browser, runner } from "./support/stage.mjs";

const zoe = (more = {}) => api("POST", "/v1/contacts", { firstName: "Zoë", lastName: "Müller", company: "Beispiel GmbH", phones: { mobile: "+49 30 901820" }, ...more });
const save = (page) => page.getByRole("button", { name: "Save", exact: true });

test("a contact is seen with where each value came from, and fixed with errors at the field", async () => {
  const { id } = await zoe({ primaryEmail: "zoe@beispiel.example" });
  const { page, context, complaints } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}` });
  await page.locator(".origin", { hasText: "Olga Owner" }).first().waitFor();
  await look(page, "contact");
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("heading", { level: 1, name: /^Edit/ }).waitFor();
  const email = page.getByLabel("Primary Email");
  await email.fill("zoe(at)beispiel");
  await page.getByRole("button", { name: "Add email" }).click();
  await page.getByLabel("work email").fill("not an address");
  await save(page).click();
  await page.locator(".field-wrong .problem").waitFor();
  assert.equal(await email.getAttribute("aria-invalid"), "true");
  assert.equal(await email.evaluate((field) => field === document.activeElement), true, "the focus goes to the first field that is wrong");
  await look(page, "contact-errors");
  await email.fill("zoe.mueller@beispiel.example");
  await page.getByLabel("work email").fill("zoe@work.example");
  await page.keyboard.press("Control+s");
  await toast(page, "Saved.").waitFor();
  const now = await api("GET", `/v1/contacts/${id}`);
  assert.equal(now.primaryEmail, "zoe.mueller@beispiel.example");
  assert.deepEqual(now.emails, { work: "zoe@work.example" });
  assert.deepEqual(complaints, []);
  await context.close();
});

test("an address that somebody else has names them", async () => {
  const holder = await zoe({ primaryEmail: "taken@beispiel.example" });
  const { id } = await zoe();
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}/edit` });
  await page.getByLabel("Primary Email").fill("taken@beispiel.example");
  await save(page).click();
  const link = page.getByRole("link", { name: "Look at that contact" });
  await link.waitFor();
  assert.match(await link.getAttribute("href"), new RegExp(holder.id));
  await context.close();
});

test("a conflict shows both versions and keeps what is chosen, field by field", async () => {
  const { id } = await zoe({ job: "Head of IT" });
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}/edit` });
  await page.getByLabel("Company").fill("Mine GmbH");
  await page.getByLabel("Division").fill("Mine");
  await api("PATCH", `/v1/contacts/${id}`, { company: "Theirs AG", job: "CTO" }, { "if-match": '"1"' });
  await save(page).click();
  await page.getByRole("dialog", { name: /saved this contact first/ }).waitFor();
  await look(page, "conflict");
  const store = page.getByRole("button", { name: "Save what is chosen" });
  assert.equal(await store.getAttribute("aria-disabled"), "true", "what both changed must be chosen");
  await page.getByRole("radio", { name: "Company, mine: Mine GmbH" }).check();
  await store.click();
  await toast(page, "Saved.").waitFor();
  const now = await api("GET", `/v1/contacts/${id}`);
  assert.deepEqual([now.company, now.job, now.division, now.version], ["Mine GmbH", "CTO", "Mine", 3]);
  await context.close();
});

test("an own save whose answer was lost is no conflict with somebody else", async () => {
  const { id } = await zoe();
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}/edit` });
  await page.getByLabel("Company").fill("Stored at once");
  await page.route(`**/v1/contacts/${id}`, async (route) => {
    if (route.request().method() !== "PATCH") return route.continue();
    await route.fetch();
    return route.abort();
  }, { times: 1 });
  await save(page).click();
  await page.getByText("The server cannot be reached.").waitFor();
  await save(page).click();
  await toast(page, "Saved.").waitFor();
  const now = await api("GET", `/v1/contacts/${id}`);
  assert.deepEqual([now.company, now.version], ["Stored at once", 2]);
  await context.close();
});

test("a name that was typed but not chosen is told at the field and holds the save", async () => {
  const { id } = await zoe();
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}/edit` });
  await page.getByLabel("Company").fill("Changed as well");
  const boss = page.getByRole("combobox", { name: "Reports to" });
  await boss.fill("nobody of this name");
  await save(page).click();
  await page.getByText("Nobody was chosen.").waitFor();
  assert.equal(await boss.getAttribute("aria-invalid"), "true");
  await boss.fill("");
  await save(page).click();
  await toast(page, "Saved.").waitFor();
  await context.close();
});

test("a history that cannot be read says so and is read again", async () => {
  const { id } = await zoe();
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.route("**/history*", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: "{}" }));
  await page.goto(`/app/contacts/${id}`);
  await page.getByText("The history could not be read.").waitFor();
  await page.unroute("**/history*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".history-entry").waitFor();
  await context.close();
});

test("unsaved changes are not lost by a link or by Back", async () => {
  const { id } = await zoe();
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}` });
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Company").fill("Changed");
  await page.getByRole("link", { name: "Jobs" }).click();
  const dialog = page.getByRole("dialog", { name: "Leave without saving?" });
  await dialog.waitFor();
  await page.getByRole("button", { name: "Stay here" }).click();
  await page.goBack();
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByLabel("Company").inputValue(), "Changed");
  assert.match(page.url(), /\/edit$/);
  await page.goBack();
  await page.getByRole("button", { name: "Leave without saving" }).click();
  await page.waitForURL((url) => url.pathname === `/app/contacts/${id}`);
  await context.close();
});

test("a session that ends while somebody types: they sign in again and nothing is lost", async () => {
  const { id } = await zoe();
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}/edit` });
  await page.locator(".origin").first().waitFor();
  let old = null;
  await page.route("**/v1/**", (route) => {
    const bearer = route.request().headers()["authorization"];
    old ??= bearer;
    return bearer === old ? route.fulfill({ status: 401, contentType: "application/problem+json", body: "{}" }) : route.continue();
  });
  await page.getByLabel("Division").fill("Typed before the end");
  await page.waitForTimeout(1_100);
  await save(page).click();
  await page.getByRole("dialog", { name: "Your session has ended" }).waitFor();
  await look(page, "session-ended");
  for (let times = 0; times < 4; times += 1) {
    await page.keyboard.press("Escape");
    await page.waitForTimeout(100);
  }
  assert.equal(await page.getByRole("dialog", { name: "Your session has ended" }).isVisible(), true, "Escape does not lose the way to sign in");
  const [popup] = await Promise.all([context.waitForEvent("page"), page.getByRole("button", { name: "Sign in again" }).click()]);
  await choose(popup, OWNER);
  await toast(page, "Saved.").waitFor();
  assert.equal((await api("GET", `/v1/contacts/${id}`)).division, "Typed before the end");
  await context.close();
});

test("a new contact needs something to show, finds whom they report to, and is added once", async () => {
  const boss = await zoe({ firstName: "Berta", lastName: "Boss" });
  const { page, context } = await openAs(browser, runner, OWNER, { path: "/app/contacts/new" });
  await page.getByRole("textbox", { name: "Notes" }).fill("Prefers calls");
  await page.getByRole("button", { name: "Add contact" }).click();
  await page.locator(".notice-bad").waitFor();
  await page.getByLabel("First name").fill("Nora");
  await page.getByRole("combobox", { name: "Reports to" }).fill("berta boss");
  await page.getByRole("option", { name: /Berta Boss/ }).waitFor();
  await page.keyboard.press("Enter");
  await look(page, "contact-new");
  await page.getByRole("button", { name: "Add contact" }).click();
  await page.getByRole("heading", { level: 1, name: "Nora" }).waitFor();
  const id = new URL(page.url()).pathname.split("/").pop();
  const nora = await api("GET", `/v1/contacts/${id}`);
  assert.deepEqual([nora.reportsToContactId, nora.contactIsActive, nora.portalAccess], [boss.id, true, false]);
  await context.close();
});

test("who may not modify contacts sees the same page, locked, with the reason", async () => {
  const { id } = await zoe();
  const { page, context } = await openAs(browser, runner, "viewer@demo.example", { path: `/app/contacts/${id}/edit` });
  await page.getByText("You need the permission “Modify contacts”.").waitFor();
  assert.equal(await page.getByLabel("Company").evaluate((field) => field.readOnly), true);
  assert.equal(await page.getByRole("button", { name: "Edit" }).getAttribute("aria-disabled"), "true");
  await look(page, "contact-viewer");
  await context.close();
});
