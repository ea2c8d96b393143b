// What the tests of one file stand on: a runner, a browser, the API of the demo's owner and a folder for files. Importing it begins them before
// the file's tests, and ends them after.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { launch } from "./browser.mjs";
import { apiOf, startRunner } from "./runner.mjs";

export const OWNER = "owner@demo.example";
export let runner;
export let browser;
export let api;
export let folder;

before(async () => {
  const begun = await Promise.allSettled([startRunner(), launch(), mkdtemp(join(tmpdir(), "kdesk-files-"))]);
  [runner, browser, folder] = begun.map(({ value }) => value);
  const failed = begun.find(({ status }) => status === "rejected");
  if (failed !== undefined) throw failed.reason;
  api = await apiOf(runner.url, OWNER);
});

after(async () => {
  await browser?.close();
  await runner?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});
