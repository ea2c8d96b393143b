// Measures, with 100,000 contacts, how long it takes from a keystroke in the search field until the rows it asks for are painted.
// Prints the median in milliseconds. KDESK_CONTACTS sets another number of contacts.
import { apiOf, startRunner } from "./support/runner.mjs";
import { launch, openAs } from "./support/browser.mjs";

const OWNER = "owner@demo.example";
const CONTACTS = Number(process.env.KDESK_CONTACTS ?? 100_000);
const QUERIES = ["mueller", "anna schmidt", "x77123", "berlin gmbh", "zoe 49", "person4", "novak prag", "o'neill"];
const FIRST = ["Anna", "Zoë", "Jürgen", "Łukasz", "Marie", "Ивáн", "Björn", "Chloé", "Tomáš", "Seán"];
const LAST = ["Müller", "Schmidt", "Novák", "Dvořák", "O'Neill", "Petrov", "Brûlé", "Ångström", "García", "Silva"];
const COMPANY = ["Berlin GmbH", "Prag a.s.", "Café SARL", "Smith & Sons Ltd", "İstanbul A.Ş.", "Acme Inc."];

const runner = await startRunner();
const browser = await launch();
try {
  const api = await apiOf(runner.url, OWNER);
  await fill(api);
  // The first search after so many changes reads them all; members meet a directory that is warm.
  while ((await api("GET", "/v1/contacts?q=person99").catch(() => ({ total: 0 }))).total === 0) await new Promise((again) => setTimeout(again, 1_000));
  const { page } = await openAs(browser, runner, OWNER);
  await page.locator("tbody tr").first().waitFor();
  await page.evaluate(watch);
  const times = [];
  for (let round = 0; round < 2; round += 1) {
    for (const query of QUERIES) {
      await page.getByRole("searchbox").fill("");
      await page.waitForTimeout(400);
      await page.getByRole("searchbox").focus();
      for (const key of query) {
        const painted = page.evaluate(() => window.painted());
        await page.keyboard.press(key === " " ? "Space" : key);
        const time = await painted;
        // A blank changes no search, so nothing is painted for it. The first round warms up.
        if (round > 0 && time !== null) times.push(time);
        await page.waitForTimeout(120);
      }
    }
  }
  times.sort((a, b) => a - b);
  const at = (part) => Math.round(times[Math.floor((times.length - 1) * part)]);
  console.log(`${CONTACTS} contacts, ${times.length} keystrokes: median ${at(0.5)} ms, 90th percentile ${at(0.9)} ms, slowest ${at(1)} ms from keystroke to painted rows`);
} finally {
  await browser.close();
  await runner.stop();
}

/** Imports the contacts, as a team would. */
async function fill(api) {
  const rows = Array.from({ length: CONTACTS }, (_, n) => {
    const [first, last, company] = [FIRST[n % 10], LAST[Math.floor(n / 10) % 10], COMPANY[Math.floor(n / 7) % 6]];
    return `${first},${last},person${n}@x${n % 9_973}.example,"${company}",+49 30 ${String(n).padStart(7, "0")}`;
  });
  const file = Buffer.from(`firstName,lastName,primaryEmail,company,phones\n${rows.join("\n")}\n`);
  const { job, upload } = await api("POST", "/v1/imports", { fileName: "many.csv", size: file.length });
  const sent = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: file });
  if (!sent.ok) throw new Error(`the file was not taken: ${sent.status}`);
  await api("POST", `/v1/imports/${job.id}/plan`, { mode: "both", matchBy: "primaryEmail" });
  await until(api, job.id, "planned");
  await api("POST", `/v1/jobs/${job.id}/apply`);
  await until(api, job.id, "done");
}

async function until(api, id, state) {
  for (;;) {
    const job = await api("GET", `/v1/jobs/${id}`);
    if (job.state === state) return;
    if (job.state === "failed") throw new Error(job.problem);
    await new Promise((again) => setTimeout(again, 1_000));
  }
}

/** In the page: the time from the next key to the first frame after the list is no longer busy. */
function watch() {
  const list = document.querySelector(".list");
  const input = document.querySelector(".search-input");
  window.painted = () => new Promise((resolve) => {
    let began = 0;
    let before = "";
    const given = setTimeout(() => finish(null), 5_000);
    const observer = new MutationObserver(() => {
      if (list.getAttribute("aria-busy") !== "false") return;
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => finish(performance.now() - began);
        port2.postMessage(null);
      });
    });
    const finish = (time) => {
      clearTimeout(given);
      observer.disconnect();
      resolve(time);
    };
    input.addEventListener("keydown", (event) => {
      began = event.timeStamp;
      before = input.value.trim();
      observer.observe(list, { attributes: true, attributeFilter: ["aria-busy"] });
    }, { once: true });
    input.addEventListener("input", () => {
      if (input.value.trim() === before) finish(null);
    }, { once: true });
  });
}
