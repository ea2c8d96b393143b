// How a contact gets into the portal: by code, right, wrong, late and once more; by their own link; with Microsoft and Google; and who does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openAs, toast } from "./support/browser.mjs";
import { ask, contact, enter, forward, greeted, mailed, mails, open, portalOf, signIn } from "./support/contact.mjs";
import { look } from "./support/look.mjs";
import { OWNER, api, browser, runner } from "./support/stage.mjs";

const DEAD = "That code can no longer be used. Ask for a new one.";

test("a contact signs in by a mailed code, and a wrong one is refused first", async () => {
  const { email } = await contact("Cora");
  const { page, context, complaints } = await open();
  await look(page, "portal-sign-in");
  await page.getByRole("button", { name: "Send me a code" }).click();
  await page.locator("#email-problem").waitFor();
  await look(page, "portal-no-address");
  await ask(page, email);
  await look(page, "portal-code");
  await enter(page, "2222222");
  await page.getByRole("alert").waitFor();
  await look(page, "portal-wrong-code");
  await enter(page, await mailed(email));
  await greeted(page);
  await look(page, "portal-home");
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByText("This one").waitFor();
  await look(page, "portal-settings");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("who asks again too soon is told so where the focus is, and the button waits", async () => {
  const { email } = await contact("Gina");
  const { page, context, complaints } = await open();
  await ask(page, email);
  await page.goto(`${portalOf("demo")}/verify?after=again`);
  await page.getByRole("alert").getByText(/You can ask for another in \d+ seconds\./).waitFor();
  const told = await page.evaluate(() => document.getElementById(document.activeElement?.getAttribute("aria-describedby")?.split(" ")[0] ?? "")?.textContent);
  assert.match(told ?? "", /on its way already/);
  assert.ok(await page.getByRole("button", { name: /^Send another code in 0:\d\d$/ }).isDisabled());
  await look(page, "portal-not-yet");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("signing out of the portal leaves alone what the App keeps for a member in the same browser", async () => {
  const { email } = await contact("Hanna");
  const { page, context } = await open();
  await signIn(page, email);
  await page.evaluate(async () => {
    sessionStorage.setItem("app", "a member's session");
    localStorage.setItem("app", "a member's choice");
    await caches.open("app");
  });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  const kept = await page.evaluate(async () => [sessionStorage.getItem("app"), localStorage.getItem("app"), await caches.has("app")]);
  assert.deepEqual(kept, ["a member's session", "a member's choice", true]);
  await context.close();
});

test("an address that nobody has gets the same page and no mail", async () => {
  const { email } = await contact("Carl");
  const [unknown, known] = [await open(), await open()];
  await ask(unknown.page, "nobody@portal.example");
  await ask(known.page, email);
  const said = (page, address) => page.locator("main").innerText().then((text) => text.replaceAll(address, "…").replace(/\d+:\d+/, "…"));
  assert.equal(await said(unknown.page, "nobody@portal.example"), await said(known.page, email));
  await mailed(email);
  assert.deepEqual(await mails("nobody@portal.example"), [], "what was asked for later is mailed already");
  await unknown.context.close();
  await known.context.close();
});

test("a code is dead after five wrong ones, and a new one is asked for after a minute", async () => {
  const { email } = await contact("Dina");
  const { page, context } = await open();
  await ask(page, email);
  const code = await mailed(email);
  const wrong = code.startsWith("2") ? "3333333" : "2222222";
  for (let tries = 0; tries < 4; tries += 1) {
    await enter(page, wrong);
    await page.getByRole("alert").waitFor();
  }
  await enter(page, wrong);
  await page.getByText(DEAD).waitFor();
  await look(page, "portal-dead-code");
  await page.goto(`${portalOf("demo")}/verify`);
  await page.getByText(DEAD).waitFor();
  await forward(61);
  assert.notEqual(await signIn(page, email, code), code);
  await context.close();
});

test("a code that came too late opens nothing", async () => {
  const { email } = await contact("Elia");
  const { page, context } = await open();
  await ask(page, email);
  const code = await mailed(email);
  await forward(10 * 60 + 1);
  await enter(page, code);
  await page.getByText(DEAD).waitFor();
  assert.equal(await page.getByRole("heading", { name: /^Hello/ }).count(), 0);
  await signIn(page, email, code);
  await context.close();
});

test("another code is asked for when the countdown has run out, and then only that one works", async () => {
  const { email } = await contact("Finn");
  const { page, context } = await open();
  await page.clock.install();
  await ask(page, email);
  const first = await mailed(email);
  const again = page.getByRole("button", { name: "Send another code" });
  assert.match(await again.innerText(), /^Send another code in (0:5\d|1:00)$/);
  assert.equal(await again.isEnabled(), false);
  await page.clock.fastForward("00:30");
  await page.getByRole("button", { name: /in 0:[23]\d$/ }).waitFor();
  await page.clock.fastForward("00:31");
  await page.getByText("then ask again.").waitFor();
  await forward(61);
  await again.click();
  await page.getByLabel("Code").waitFor();
  const second = await mailed(email, first);
  await enter(page, first);
  await page.getByRole("alert").waitFor();
  await enter(page, second);
  await greeted(page);
  await context.close();
});

test("a contact's own link shows a masked address and one button, and leads to a code and no further", async () => {
  const { id, email } = await contact("Greta");
  const member = await openAs(browser, runner, OWNER, { path: "/app/contacts?q=greta" });
  await member.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await member.page.getByRole("button", { name: "Actions for Greta Portal" }).click();
  await member.page.getByRole("menuitem", { name: "Copy portal link" }).click();
  await member.page.getByRole("button", { name: "Make and copy the link" }).click();
  await toast(member.page, "The portal link for Greta Portal is copied.").waitFor();
  const link = await member.page.evaluate(() => navigator.clipboard.readText());
  await member.context.close();

  const { page, context, complaints } = await open(link);
  assert.equal(page.url(), `${portalOf("demo")}/link`, "the address has no token in it");
  const said = await page.locator("main").innerText();
  assert.match(said, /g\S*@\S*\.example/);
  assert.ok(!said.includes(email), said);
  assert.deepEqual(await page.getByRole("button").allInnerTexts(), ["Send me a code"]);
  assert.deepEqual(await mails(email), [], "opening it sends nothing");
  await look(page, "portal-own-link");
  await page.getByRole("button", { name: "Send me a code" }).click();
  const code = await mailed(email);
  assert.ok(!(await page.locator("body").innerText()).includes(email));
  await enter(page, code);
  await greeted(page);
  assert.deepEqual(complaints, []);
  await context.close();

  await api("DELETE", `/v1/contacts/${id}/portal-link`);
  for (const address of [link, link.slice(0, -1), `${portalOf("other")}${link.slice(link.indexOf("/link/"))}`]) {
    const dead = await open(address);
    await dead.page.getByRole("heading", { name: "This link does not work" }).waitFor();
    if (address === link) await look(dead.page, "portal-dead-link");
    await dead.context.close();
  }
});

for (const provider of ["Microsoft", "Google"]) {
  test(`a contact signs in with ${provider}, and somebody whom nobody knows does not`, async () => {
    const { page, context, complaints } = await open();
    await page.getByRole("link", { name: `Sign in with ${provider}` }).click();
    await page.getByLabel("Somebody else").fill("stranger@nowhere.example");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("heading", { name: "You cannot sign in this way" }).waitFor();
    await look(page, `portal-${provider.toLowerCase()}-refused`);
    await page.getByRole("link", { name: "Go to the sign-in page" }).click();
    await page.getByRole("link", { name: `Sign in with ${provider}` }).click();
    await page.getByText(runner.teams.find(({ id }) => id === "demo").contact).first().click();
    await greeted(page);
    assert.equal(page.url(), `${portalOf("demo")}/home`);
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await page.getByRole("region", { name: "Accounts that sign you in" }).getByText(provider, { exact: true }).waitFor();
    await look(page, `portal-${provider.toLowerCase()}-linked`);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("whoever has no portal access gets no code, and a member reads why in the App", async () => {
  const { id, email } = await contact("Hugo", { portalAccess: false });
  const { page, context } = await open();
  await ask(page, email);
  await context.close();
  const member = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}` });
  const why = member.page.getByRole("dialog", { name: "Why? Hugo Portal" });
  const refused = why.getByText("This did not hold: The contact has portal access.");
  // The refusal is noted where the mail would have been sent, which nobody waits for.
  for (let tries = 0; tries < 50 && (await refused.count()) === 0; tries += 1) {
    await member.page.reload();
    await member.page.getByRole("button", { name: "Why?" }).click();
    await why.getByText(/refused in the last 7 days/i).waitFor();
  }
  await refused.waitFor();
  await look(member.page, "why-no-access");
  assert.deepEqual(await mails(email), []);
  await member.context.close();
});
