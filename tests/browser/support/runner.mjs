// Starts the local runner with data of its own, on free ports, and stops it again.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const WAIT_MILLISECONDS = 180_000;

export async function startRunner() {
  const binary = process.env.KDESK_RUNNER;
  if (binary === undefined) throw new Error("KDESK_RUNNER must name the local runner's binary");
  const data = await mkdtemp(join(tmpdir(), "kdesk-browser-"));
  const ready = join(data, "ready.json");
  const runner = spawn(binary, ["--port", "0", "--data", join(data, "data"), "--ready-file", ready], { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  runner.stderr.on("data", (text) => {
    said = (said + text).slice(-4_000);
  });
  const ended = new Promise((done) => runner.once("exit", done));
  const stop = async () => {
    runner.kill("SIGTERM");
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  const until = Date.now() + WAIT_MILLISECONDS;
  while (Date.now() < until) {
    if (runner.exitCode !== null) throw new Error(`the runner ended: ${said}`);
    const text = await readFile(ready, "utf8").catch(() => "");
    if (text.endsWith("}\n") || text.endsWith("}")) return { ...JSON.parse(text), stop };
    await new Promise((again) => setTimeout(again, 100));
  }
  await stop();
  throw new Error(`the runner did not come up: ${said}`);
}

/** The API as a member, without the browser: to arrange and to check. */
export async function apiOf(url, member) {
  const { access_token: token } = await (await fetch(`${url}/local/token`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ member }) })).json();
  return async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const json = text.startsWith("{") ? JSON.parse(text) : null;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return json ?? text;
  };
}
