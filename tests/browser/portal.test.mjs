// What members do for a contact's way into the portal: links to copy, addresses to mail again, and sign-ins that were refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openAs, toast } from "./support/browser.mjs";
import { look } from "./support/look.mjs";
import { OWNER, api, browser, runner } from "./support/stage.mjs";

const zoe = () => api("POST", "/v1/contacts", { firstName: "Zoë", lastName: "Portal", primaryEmail: `zoe-${crypto.randomUUID()}@beispiel.example` });
const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

test("the team's address and a contact's own link are copied, and a new link is made only after a question", async () => {
  const { id } = await zoe();
  const { page, context, complaints } = await openAs(browser, runner, OWNER, { path: "/app/contacts?q=portal" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Get contact portal" }).click();
  await toast(page, "The address of the contact portal is copied.").waitFor();
  assert.match(await copied(page), /\/portal\/demo$/);

  await page.getByRole("button", { name: "Actions for Zoë Portal" }).click();
  await page.getByRole("menuitem", { name: "Copy portal link" }).click();
  const question = page.getByRole("dialog", { name: "Copy a portal link for Zoë Portal?" });
  await question.getByText("one that was made earlier stops working").waitFor();
  await look(page, "portal-link");
  await page.getByRole("button", { name: "Make and copy the link" }).click();
  await toast(page, "The portal link for Zoë Portal is copied.").waitFor();
  const first = await copied(page);
  assert.match(first, /\/portal\/demo\/link\//);

  await page.goto(`/app/contacts/${id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Copy portal link" }).click();
  await page.getByRole("button", { name: "Make and copy the link" }).click();
  await toast(page, "An earlier one does not work any more.").waitFor();
  assert.notEqual(await copied(page), first);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a link that the browser does not let be copied is shown instead of lost", async () => {
  const { id } = await zoe();
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}` });
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("", "NotAllowedError"));
  });
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Copy portal link" }).click();
  await page.getByRole("button", { name: "Make and copy the link" }).click();
  await page.getByRole("dialog", { name: "Copy this link yourself" }).getByText(/\/portal\/demo\/link\//).waitFor();
  await look(page, "portal-link-shown");
  await context.close();
});

test("an address that mail came back from is told on the contact and mailed again when a member says so", async () => {
  const { id, primaryEmail } = await zoe();
  const { page, context } = await openAs(browser, runner, OWNER);
  let cleared = null;
  await page.route(`**/v1/contacts/${id}`, async (route) => {
    const response = await route.fetch();
    const mailProblems = cleared === null ? [{ address: primaryEmail, kind: "bounce", at: "2026-02-01T09:00:00.123Z" }] : [];
    await route.fulfill({ response, json: { ...(await response.json()), mailProblems } });
  });
  await page.route(`**/v1/contacts/${id}/mail-problems/*`, (route) => {
    cleared = decodeURIComponent(new URL(route.request().url()).pathname.split("/").pop());
    return route.fulfill({ status: 204 });
  });
  await page.goto(`/app/contacts/${id}`);
  await page.getByText("Mail to it came back on 1 Feb 2026").waitFor();
  await look(page, "mail-problem");
  await page.getByRole("button", { name: "Mail again" }).click();
  await toast(page, "is mailed again.").waitFor();
  await page.getByText("Mail to it came back").waitFor({ state: "detached" });
  assert.equal(cleared, primaryEmail);
  await context.close();
});

test("Why? tells which sign-ins were refused lately", async () => {
  const { id } = await zoe();
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.route("**/why?question=sign-in", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), refusals: [{ at: "2026-02-01T09:00:00.123Z", way: "code", reason: "The contact has portal access." }] } });
  });
  await page.goto(`/app/contacts/${id}`);
  await page.getByRole("button", { name: "Why?" }).click();
  await page.getByRole("heading", { name: "Refused in the last 7 days" }).waitFor();
  await page.getByText("This did not hold: The contact has portal access.").waitFor();
  await look(page, "why-refused");
  await page.getByLabel("Question").selectOption({ index: 1 });
  await page.getByRole("heading", { name: "Refused in the last 7 days" }).waitFor({ state: "detached" });
  await context.close();
});
