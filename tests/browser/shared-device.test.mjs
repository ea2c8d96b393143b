// A device that people share: whoever uses it after somebody signed out sees nothing of them, with the Back button, without network and in the
// installed app, and nothing of anybody is ever kept in the browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { contact, open, portalOf, signIn } from "./support/contact.mjs";

/** A contact who may sign in, and every word that is theirs alone. */
async function person(firstName, lastName) {
  const company = `${lastName} Works`;
  const { email } = await contact(firstName, { lastName, company });
  return { firstName, email, words: [firstName, lastName, email, company] };
}

async function signOut(page) {
  await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await page.getByText("You are signed out.").waitFor();
}

/** Everything that a script of the portal's origin can find in the browser. */
function kept(page) {
  return page.evaluate(async () => {
    const found = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie];
    for (const { name } of await indexedDB.databases()) found.push(`IndexedDB ${name}`);
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) found.push(`${request.url} ${await (await cache.match(request)).text()}`);
    }
    return found;
  });
}

function holdsNothingOf(words, texts, where) {
  for (const text of texts) for (const word of words) assert.ok(!text.toLowerCase().includes(word.toLowerCase()), `${where} holds “${word}”`);
}

/** Walks back as far as it goes; what each page there shows. */
async function back(page) {
  const shown = [];
  for (let steps = 0; steps < 12; steps += 1) {
    const before = page.url();
    await page.goBack({ waitUntil: "load" }).catch(() => {});
    if (page.url() === before) break;
    shown.push(await page.content());
  }
  return shown;
}

/** A browser in which the portal's worker is at work. */
async function device() {
  const { context, page } = await open();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  return { context, page };
}

test("nothing of who is signed in is kept in the browser", async () => {
  const paula = await person("Paula", "Quagmire");
  const { context, page } = await device();
  await signIn(page, paula.email);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByText("This one").waitFor();
  const found = await kept(page);
  assert.ok(found.some((text) => text.includes("/portal/_/")), "the worker keeps the look, so there was something to search");
  holdsNothingOf(paula.words, found, "the browser");
  assert.deepEqual(found.slice(0, 3), ["{}", "{}", ""]);
  await context.close();
});

test("after somebody signed out, Back shows nothing of them, with network and without", async () => {
  const rosa = await person("Rosalind", "Zwingli");
  const { context, page } = await device();
  await signIn(page, rosa.email);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByText("This one").waitFor();
  await signOut(page);
  await context.setOffline(true);
  const offline = await back(page);
  assert.ok(offline.length >= 3, "there were pages to go back to");
  holdsNothingOf(rosa.words, offline, "a page without network");
  await context.setOffline(false);
  await page.goto(portalOf("demo"));
  holdsNothingOf(rosa.words, await back(page), "a page with network");
  const { cookies } = await context.storageState();
  assert.deepEqual(cookies.filter(({ name }) => name === "__Host-kdesk.demo"), [], "the session's cookie is gone");
  await context.close();
});

test("whoever opens the installed app next is asked to sign in and sees their own things only", async () => {
  const [first, next] = [await person("Theodora", "Upjohn"), await person("Valentina", "Wexford")];
  const { context, page } = await device();
  await signIn(page, first.email);
  await signOut(page);
  const manifest = await (await page.request.get(`${portalOf("demo")}/manifest.webmanifest`)).json();
  await page.goto(new URL(manifest.start_url, portalOf("demo")).href);
  holdsNothingOf(first.words, [await page.content(), ...(await kept(page))], "the app");
  await signIn(page, next.email);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByText("This one").waitFor();
  const shown = [await page.content(), ...(await back(page)), ...(await kept(page))];
  holdsNothingOf(first.words, shown, "a page of the next person");
  assert.ok(shown.some((text) => text.includes(next.firstName)), "and they see what is theirs");
  await context.close();
});
