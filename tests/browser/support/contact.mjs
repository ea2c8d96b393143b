// A contact at the portal: their browser, their mailbox, and the steps that every sign-in has.
import assert from "node:assert/strict";
import { listenTo, WIDE } from "./browser.mjs";
import { api, browser, runner } from "./stage.mjs";

const TRIES = 100;

/** The address of a team's portal. */
export function portalOf(team) {
  return runner.teams.find(({ id }) => id === team).portal;
}

/** Makes a contact of the demo team, who may sign in unless `more` says otherwise. */
export async function contact(name, more = {}) {
  const primaryEmail = `${name.toLowerCase()}@portal.example`;
  const { id } = await api("POST", "/v1/contacts", { firstName: name, lastName: "Portal", primaryEmail, portalAccess: true, ...more });
  return { id, email: primaryEmail };
}

/** Changes a contact, whatever their version. */
export async function change(id, fields) {
  const { version } = await api("GET", `/v1/contacts/${id}`);
  await api("PATCH", `/v1/contacts/${id}`, fields, { "if-match": `"${version}"` });
}

/** A browser of its own at an address of the portal. `complaints` collects script errors and whatever the policy forbade. */
export async function open(address = portalOf("demo"), options = {}) {
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints = listenTo(page);
  await page.goto(address);
  return { context, page, complaints };
}

/** Asks for a code on the sign-in page. */
export async function ask(page, email) {
  await page.getByLabel("Email address").fill(email);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await page.getByLabel("Code").waitFor();
}

/** Enters a code. */
export async function enter(page, code) {
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** What was mailed to an address so far, newest first. */
export async function mails(email) {
  const answer = await fetch(`${runner.mailbox}?to=${encodeURIComponent(email)}`, { headers: { accept: "application/json" } });
  return answer.json();
}

/** The code of the newest mail, as it stands there. `not` is one that was used before. */
export async function mailed(email, not = null) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const code = /code: ([A-Z0-9]+ [A-Z0-9]+)/.exec((await mails(email))[0]?.text ?? "")?.[1];
    if (code !== undefined && code !== not) return code;
    await new Promise((again) => setTimeout(again, 100));
  }
  throw new Error("no mail came");
}

/** Signs in by code, from the sign-in page on. Returns the code. */
export async function signIn(page, email, not = null) {
  await ask(page, email);
  const code = await mailed(email, not);
  await enter(page, code.toLowerCase());
  await greeted(page);
  return code;
}

/** Waits until the contact is in. */
export async function greeted(page) {
  await page.getByRole("heading", { name: /^Hello/ }).waitFor();
}

/** Moves the application's clock. */
export async function forward(seconds) {
  const moved = await fetch(`${runner.url}/local/clock`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ forwardSeconds: seconds }) });
  assert.equal(moved.status, 200);
}
