// Debian's Chromium, a signed-in page, and the complaints that a page must not have.
import { chromium } from "playwright-core";

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export function launch() {
  return chromium.launch({ executablePath: process.env.KDESK_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page of a member, signed in through the issuer. `complaints` collects script errors and whatever the policy forbade. */
export async function openAs(browser, runner, member, { viewport = WIDE, colorScheme = "light", path = "/app/contacts" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, baseURL: runner.url, reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints = listenTo(page);
  await page.goto(path);
  await choose(page, member);
  await page.waitForURL((url) => url.pathname === new URL(path, runner.url).pathname);
  await page.locator("main h1").waitFor();
  return { page, context, complaints };
}

/** Collects script errors and whatever the policy forbade, and lets nothing take longer than a person would wait. */
export function listenTo(page) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (/Content.Security.Policy|Trusted ?Type/i.test(message.text())) complaints.push(message.text());
  });
  page.setDefaultTimeout(15_000);
  return complaints;
}

/** Chooses a member on the issuer's page. */
export async function choose(page, member) {
  await page.locator(`button[value="${member}"]`).click();
}

/** The short message at the edge of the page. */
export function toast(page, text) {
  return page.locator(".toast", { hasText: text });
}

/** Marks a page as old and tells it what a browser tells that shows it: `persisted` when it comes out of its memory. */
export function cameBack(page, { persisted }) {
  return page.evaluate((persisted) => {
    window.isOld = true;
    window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted }));
  }, persisted);
}
