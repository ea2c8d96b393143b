// The texts that break pages (the Big List of Naughty Strings), as a contact's name in the portal and in the App: shown as text, and nothing is
// run, fetched or forbidden.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openAs } from "./support/browser.mjs";
import { contact, greeted, open, portalOf, signIn } from "./support/contact.mjs";
import { OWNER, api, browser, runner } from "./support/stage.mjs";

const LIST = fileURLToPath(new URL("../../shared/domain/tests/data/blns/blns.json", import.meta.url));
const strings = JSON.parse(await readFile(LIST, "utf8"));

/** What a page shows of a text: runs of spaces are one. */
const shown = (text) => text.normalize().replace(/\s+/g, " ").trim();

test("every naughty string that a name can be is shown as text, without a complaint of the policy", async () => {
  assert.equal(strings.length, 515);
  const { id, email } = await contact("Nina");
  const { page, context, complaints } = await open();
  await signIn(page, email);
  const member = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}` });
  const asked = [];
  for (const each of [page, member.page]) {
    each.on("request", (request) => {
      const { origin } = new URL(request.url());
      if (origin !== new URL(runner.url).origin && origin !== new URL(portalOf("demo")).origin) asked.push(request.url());
    });
    each.on("dialog", (dialog) => asked.push(dialog.message()));
  }
  let tried = 0;
  let { version } = await api("GET", `/v1/contacts/${id}`);
  for (const text of strings) {
    const now = await api("PATCH", `/v1/contacts/${id}`, { firstName: text, displayName: null }, { "if-match": `"${version}"` }).catch((refused) => refused);
    // One that is no name, such as an empty one, is refused.
    if (now instanceof Error) {
      assert.match(now.message, /: 422 /, JSON.stringify(text));
      continue;
    }
    version = now.version;
    tried += 1;
    await page.goto(`${portalOf("demo")}/home`, { waitUntil: "domcontentloaded" });
    await greeted(page);
    const name = now.firstName ?? now.displayName ?? "";
    assert.ok(shown(await page.locator("h1").textContent()).includes(shown(name)), `${JSON.stringify(text)}: ${await page.locator("h1").textContent()}`);
    if (!text.includes("<")) continue;
    await member.page.goto(`/app/contacts/${id}`);
    await member.page.locator(".origin").first().waitFor();
    assert.ok(shown(await member.page.locator("h1").textContent()).includes(shown(now.displayName)), JSON.stringify(text));
  }
  assert.ok(tried > 400, `${tried}`);
  assert.deepEqual([complaints, member.complaints, asked], [[], [], []]);
  await context.close();
  await member.context.close();
});
