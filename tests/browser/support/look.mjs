// Looks at a page in both themes and both widths: no serious accessibility issue, and a picture of each for people.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PHONE, WIDE } from "./browser.mjs";

const PICTURES = join(dirname(fileURLToPath(import.meta.url)), "../screenshots");
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function look(page, name) {
  await mkdir(PICTURES, { recursive: true });
  const before = page.viewportSize();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const [width, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`), animations: "disabled" });
      assert.deepEqual(await issues(page), [], `${name}, ${width}, ${colorScheme}`);
      assert.equal(await overflow(page), 0, `${name}, ${width}: the page is wider than the window`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(before);
}

/** Serious and critical findings of axe. It is run outside of the page's policy, as a devtools user would. */
async function issues(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 5).map((node) => `${node.target.join(" ")}: ${node.any[0]?.message ?? node.failureSummary}`) }));
}

function overflow(page) {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
}
