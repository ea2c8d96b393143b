// The first load stays small, and every answer of the App carries the headers that protect it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { startRunner } from "./support/runner.mjs";

const MOST_SCRIPT_BYTES = 120_000;
let runner;
before(async () => {
  runner = await startRunner();
});
after(() => runner?.stop());

test("the scripts of the first load are under 120 kB compressed, hashed and kept for a year", async (t) => {
  const page = await (await fetch(`${runner.url}/app/contacts`)).text();
  const scripts = [...page.matchAll(/(?:src|href)="(\/app\/assets\/[^"]+\.js)"/g)].map(([, path]) => path);
  assert.ok(scripts.length > 0);
  let bytes = 0;
  for (const path of scripts) {
    const answer = await fetch(runner.url + path);
    assert.match(path, /-[\w-]{8,}\.js$/);
    assert.match(answer.headers.get("cache-control"), /max-age=31536000, immutable/);
    bytes += gzipSync(Buffer.from(await answer.arrayBuffer())).length;
  }
  t.diagnostic(`${bytes} bytes of script compressed`);
  assert.ok(bytes < MOST_SCRIPT_BYTES, `${bytes} bytes`);
});

test("nothing stands inline in the page, and the policy forbids it", async () => {
  for (const path of ["/app/", "/app/contacts", "/app/assets/none.js", "/app/config.json"]) {
    const answer = await fetch(runner.url + path);
    const policy = answer.headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'/, path);
    assert.doesNotMatch(policy, /unsafe-/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff", path);
  }
  const page = await (await fetch(`${runner.url}/app/`)).text();
  assert.doesNotMatch(page, /<script(?![^>]*src=)|<style|style=|\son\w+=/);
});
