// The portal as a contact meets it: a code, a wrong one, Microsoft and Google, access that ends, signing out everywhere, and no script.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, WIDE } from "./support/browser.mjs";
import { look } from "./support/look.mjs";
import { apiOf, startRunner } from "./support/runner.mjs";

const OWNER = "owner@demo.example";
let runner;
let browser;
let api;
let portal;
before(async () => {
  [runner, browser] = await Promise.all([startRunner(), launch()]);
  api = await apiOf(runner.url, OWNER);
  portal = runner.teams.find(({ id }) => id === "demo").portal;
});
after(async () => {
  await browser?.close();
  await runner?.stop();
});

/** A contact who may sign in. */
async function contact(name) {
  const email = `${name.toLowerCase()}@portal.example`;
  const { id } = await api("POST", "/v1/contacts", { firstName: name, lastName: "Portal", primaryEmail: email, portalAccess: true });
  return { id, email };
}

async function open(options = {}) {
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (/Content.Security.Policy|Trusted ?Type/i.test(message.text())) complaints.push(message.text());
  });
  page.setDefaultTimeout(15_000);
  await page.goto(portal);
  return { context, page, complaints };
}

async function ask(page, email) {
  await page.getByLabel("Email address").fill(email);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await page.getByLabel("Code").waitFor();
}

/** The code of the newest mail, as it stands there. */
async function mailed(email) {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`${runner.mailbox}?to=${encodeURIComponent(email)}`, { headers: { accept: "application/json" } });
    const mails = await answer.json();
    const code = /code: ([A-Z0-9]+ [A-Z0-9]+)/.exec((mails.items ?? mails)[0]?.text ?? "")?.[1];
    if (code !== undefined) return code;
    await new Promise((again) => setTimeout(again, 100));
  }
  throw new Error("no mail came");
}

async function signIn(page, email) {
  await ask(page, email);
  await page.getByLabel("Code").fill((await mailed(email)).toLowerCase());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
}

test("a contact signs in by a mailed code, and a wrong one is refused first", async () => {
  const { email } = await contact("Cora");
  const { page, context, complaints } = await open();
  await look(page, "portal-sign-in");
  await ask(page, email);
  await look(page, "portal-code");
  await page.getByLabel("Code").fill("2222222");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.locator("[role=alert], .problem").first().waitFor();
  await look(page, "portal-wrong-code");
  await page.getByLabel("Code").fill(await mailed(email));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
  await look(page, "portal-home");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByText("This one").waitFor();
  await look(page, "portal-settings");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("who asks again too soon is told so where the focus is, and the button waits", async () => {
  const { email } = await contact("Gina");
  const { page, context, complaints } = await open();
  await ask(page, email);
  await page.goto(`${portal}/verify?after=again`);
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
  const { page, context } = await open();
  await ask(page, "nobody@portal.example");
  await page.waitForTimeout(1_000);
  const answer = await fetch(`${runner.mailbox}?to=nobody%40portal.example`, { headers: { accept: "application/json" } });
  const mails = await answer.json();
  assert.deepEqual(mails.items ?? mails, []);
  await context.close();
});

test("whoever is deactivated is out at the next click, and a member sees why", async () => {
  const { id, email } = await contact("Dora");
  const { page, context } = await open();
  await signIn(page, email);
  const { version } = await api("GET", `/v1/contacts/${id}`);
  await api("PATCH", `/v1/contacts/${id}`, { contactIsActive: false }, { "if-match": `"${version}"` });
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("heading", { name: "Your access has ended" }).waitFor();
  await look(page, "portal-ended");
  const why = await api("GET", `/v1/contacts/${id}/why?question=sign-in`);
  assert.match(why.answer, /The contact is active/);
  await context.close();
});

test("signing out everywhere ends the session of another browser too", async () => {
  const { email } = await contact("Emma");
  const one = await open();
  await signIn(one.page, email);
  const other = await one.context.storageState();
  const second = await browser.newContext({ viewport: WIDE, storageState: other });
  const page = await second.newPage();
  await page.goto(`${portal}/settings`);
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await page.waitForLoadState();
  await one.page.reload();
  assert.equal(await one.page.getByRole("heading", { name: /^Hello/ }).count(), 0);
  await second.close();
  await one.context.close();
});

for (const provider of ["Microsoft", "Google"]) {
  test(`a contact signs in with ${provider}`, async () => {
    const { page, context } = await open();
    await page.getByRole("link", { name: `Sign in with ${provider}` }).click();
    await page.getByText(runner.teams.find(({ id }) => id === "demo").contact).first().click();
    await page.getByRole("heading", { name: /^Hello/ }).waitFor();
    assert.match(page.url(), /\/portal\/demo\/home$/);
    await context.close();
  });
}

test("all of it works without script", async () => {
  const { email } = await contact("Fay");
  const { page, context } = await open({ javaScriptEnabled: false });
  await signIn(page, email);
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await page.getByText(/signed out|Sign in/i).first().waitFor();
  await context.close();
});

test("it can be installed: a manifest, its icons, and a service worker that keeps only the shell", async () => {
  const { page, context } = await open();
  const manifest = await (await page.request.get(`${portal}/manifest.webmanifest`)).json();
  assert.equal(manifest.display, "standalone");
  for (const { src } of manifest.icons) assert.equal((await page.request.get(new URL(src, portal).href)).status(), 200, src);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const kept = await page.evaluate(async () => {
    const urls = [];
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) urls.push(new URL(request.url).pathname);
    return urls;
  });
  assert.ok(kept.length > 0 && kept.every((path) => path.startsWith("/portal/_/")), kept.join(", "));
  await context.close();
});
