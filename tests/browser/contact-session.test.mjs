// A contact who is in: access that ends, signing out here and everywhere, two teams in one browser, no script, an app on the phone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cameBack, openAs } from "./support/browser.mjs";
import { ask, change, contact, enter, forward, greeted, mailed, open, portalOf, signIn } from "./support/contact.mjs";
import { look } from "./support/look.mjs";
import { apiOf } from "./support/runner.mjs";
import { OWNER, browser, runner } from "./support/stage.mjs";

/** Whether somebody is in, after loading the page anew. */
async function isIn(page) {
  await page.goto(`${portalOf("demo")}/home`);
  await page.locator("h1").waitFor();
  return (await page.getByRole("heading", { name: /^Hello/ }).count()) === 1;
}

/** The paths of all that the browser's caches have. */
function kept(page) {
  return page.evaluate(async () => {
    const paths = [];
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
    return paths;
  });
}

test("whoever is deactivated is out at the next click, and a member sees why", async () => {
  const { id, email } = await contact("Dora");
  const { page, context } = await open();
  await signIn(page, email);
  await change(id, { contactIsActive: false });
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("heading", { name: "Your access has ended" }).waitFor();
  await look(page, "portal-ended");
  await change(id, { contactIsActive: true });
  assert.equal(await isIn(page), false, "it is over even when access comes back");
  await look(page, "portal-signed-out");
  await context.close();
  const member = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}` });
  await member.page.getByRole("button", { name: "Why?" }).click();
  await member.page.getByText("This did not hold: The contact is active.").waitFor();
  await member.context.close();
});

test("one device is signed out from another, and then all at once", async () => {
  const { email } = await contact("Emma");
  const browsers = [];
  let code = null;
  for (let n = 0; n < 3; n += 1) {
    browsers.push(await open());
    code = await signIn(browsers[n].page, email, code);
    await forward(61);
  }
  const [first, second, third] = browsers.map(({ page }) => page);
  await third.goto(`${portalOf("demo")}/settings`);
  const sessions = third.getByRole("region", { name: "Where you are signed in" }).getByRole("listitem");
  assert.equal(await sessions.count(), 3);
  await look(third, "portal-three-sessions");
  const others = sessions.filter({ hasNotText: "This one" });
  await others.first().getByRole("button", { name: "Sign out" }).click();
  await third.waitForFunction(() => document.querySelectorAll(".sessions > li").length === 2);
  assert.deepEqual([await isIn(first), await isIn(second)].sort(), [false, true], "one of them is out and the other is not");
  await third.getByRole("button", { name: "Sign out everywhere" }).click();
  await third.getByText("You are signed out.").waitFor();
  await look(third, "portal-after-sign-out");
  for (const page of [first, second, third]) assert.equal(await isIn(page), false);
  for (const { context } of browsers) await context.close();
});

test("two teams in one browser do not mix", async () => {
  const { email } = await contact("Frida");
  const other = await apiOf(runner.url, "owner@other.example");
  await other("POST", "/v1/contacts", { firstName: "Friederike", lastName: "Anders", primaryEmail: email, portalAccess: true });
  const { page, context } = await open();
  const code = await signIn(page, email);
  const second = await context.newPage();
  await second.goto(portalOf("other"));
  await signIn(second, email, code);
  await second.getByRole("heading", { name: "Hello, Friederike Anders" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Hello, Frida Portal" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  await second.reload();
  await second.getByRole("heading", { name: "Hello, Friederike Anders" }).waitFor();
  assert.equal(await isIn(page), false);
  await context.close();
});

test("a page that comes back out of the browser's memory shows nothing that has ended", async () => {
  const { id, email } = await contact("Gerd");
  const { page, context } = await open();
  await signIn(page, email);
  await change(id, { portalAccess: false });
  await cameBack(page, { persisted: true });
  await page.getByRole("heading", { name: "Your access has ended" }).waitFor();
  await context.close();
});

test("without a network there is a page that says so, also after a sign-out, and it leads back", async () => {
  const { email } = await contact("Gina");
  const { page, context } = await open();
  await signIn(page, email);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByText("You are signed out.").waitFor();
  await page.waitForFunction(async () => (await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()))).flat().length > 0);
  await context.setOffline(true);
  await page.goto(`${portalOf("demo")}/home`);
  await page.getByRole("heading", { name: "You are offline" }).waitFor();
  await look(page, "portal-offline");
  await context.setOffline(false);
  await page.getByRole("link", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Please sign in" }).waitFor();
  await context.close();
});

test("all of it works without script", async () => {
  const { email } = await contact("Hedi");
  const { page, context } = await open(portalOf("demo"), { javaScriptEnabled: false });
  await ask(page, email);
  await page.getByText(/ask again in \d+ (second|minute)/).waitFor();
  await enter(page, await mailed(email));
  await greeted(page);
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByText("This one").waitFor();
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await page.getByText("You are signed out.").waitFor();
  assert.equal(await isIn(page), false);
  await context.close();
});

test("long names and many numbers fit on a phone", async () => {
  const long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
  const phones = { mobile: "+49 30 901820", office: "+49 30 901821", "the one at home that nobody answers": "+49 30 901822" };
  const { email } = await contact("Ida", { lastName: long, company: `${long} m.b.H. & Co. KG`, job: "Head of " + "very ".repeat(20) + "much", division: long, phones });
  const general = "/v1/team/settings/general";
  const owner = await apiOf(runner.url, OWNER);
  const before = await owner("GET", general);
  await owner("PUT", general, { ...before, name: `${long.slice(0, 60)} Support` });
  const { page, context } = await open();
  await look(page, "portal-long-sign-in");
  await signIn(page, email);
  await look(page, "portal-long-home");
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByText("This one").waitFor();
  await look(page, "portal-long-settings");
  await owner("PUT", general, before);
  await context.close();
});

test("the keyboard alone leads in, and what has the focus can be seen", async () => {
  const { email } = await contact("Jana");
  const { page, context } = await open();
  const seen = () => page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return document.activeElement !== document.body && outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  assert.equal(await page.getByLabel("Email address").evaluate((field) => field === document.activeElement), true);
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  assert.equal(await seen(), true);
  await look(page, "portal-focus");
  await page.keyboard.press("Enter");
  await page.getByLabel("Code").waitFor();
  assert.equal(await page.getByLabel("Code").evaluate((field) => field === document.activeElement), true);
  await page.keyboard.type(await mailed(email));
  await page.keyboard.press("Enter");
  await greeted(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main", "the first Tab skips to the content");
  await page.keyboard.press("Tab");
  assert.equal(await seen(), true);
  await context.close();
});

test("it can be installed: a manifest, its icons, and a service worker that keeps only the shell", async () => {
  const { page, context } = await open();
  const manifest = await (await page.request.get(`${portalOf("demo")}/manifest.webmanifest`)).json();
  assert.equal(manifest.display, "standalone");
  for (const { src } of manifest.icons) assert.equal((await page.request.get(new URL(src, portalOf("demo")).href)).status(), 200, src);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const devtools = await context.newCDPSession(page);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // Each test has a private window, which is the one thing that Chromium may have against it.
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito"), []);
  const paths = await kept(page);
  assert.ok(paths.length > 0 && paths.every((path) => path.startsWith("/portal/_/")), paths.join(", "));
  await context.close();
});
