// A messy file from choosing it to undoing it, and the files and networks that go wrong.
import assert from "node:assert/strict";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openAs, toast } from "./support/browser.mjs";
import { look } from "./support/look.mjs";
import { OWNER, api, browser, folder, runner } from "./support/stage.mjs";

async function file(name, content) {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function chooseFile(page, path) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Choose a file" }).click()]);
  await chooser.setFiles(path);
}

test("a messy file is read, mapped, planned, applied, its failed rows downloaded, and undone", async () => {
  const { id } = await api("POST", "/v1/contacts", { firstName: "Jürgen", lastName: "Weiß", company: "Alt AG", primaryEmail: "juergen@alt.example" });
  const path = await file("kunden.csv", Buffer.from([
    "Vorname;Nachname;E-Mail;Firma;Kundennummer;Schuhgröße",
    "Jürgen;Weiß;juergen@alt.example;Neu AG;K-1;43",
    "Zoë;Brûlé;zoe@neu.example;Café \"Mitte\";K-2;38",
    "\"Max \"\"Maxi\"\"\";Groß;max@neu.example;\"Groß; Söhne\";K-3;44",
    "Kaputt;Adresse;kaputt(at)neu;Neu AG;K-4;40",
    "Doppelt;Zeile;zoe@neu.example;Neu AG;K-5;41",
  ].join("\r\n"), "latin1"));
  const { page, context, complaints } = await openAs(browser, runner, OWNER, { path: "/app/import" });
  await look(page, "import");
  const [template] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download the template" }).click()]);
  assert.match(await readFile(await template.path(), "utf8"), /^\uFEFF?firstName,lastName,primaryEmail/);

  await chooseFile(page, path);
  await page.getByRole("heading", { name: "Columns" }).waitFor();
  assert.equal(await page.getByLabel("Columns are separated by").inputValue(), "semicolon");
  assert.equal(await page.getByLabel("Encoding").inputValue(), "windows-1252");
  await page.getByText("In column 4 (“Firma”) there is a quote inside a cell").waitFor();
  await page.getByLabel("Field that “Kundennummer” fills").selectOption("directorySyncId");
  await look(page, "import-choices");
  await page.getByRole("button", { name: "Make the plan" }).click();

  await page.getByText("This is a plan.").waitFor();
  await page.getByRole("button", { name: /^To create/ }).waitFor();
  await page.locator(".rows-table").getByText("In column 4 (“Firma”) there is a quote inside a cell").waitFor();
  await look(page, "import-plan");
  await page.getByRole("button", { name: /^Failed [0-9]/ }).click();
  await page.locator(".row-problems").first().waitFor();
  assert.match(await page.locator(".rows-table").innerText(), /kaputt\(at\)neu/);
  assert.equal((await api("GET", `/v1/contacts/${id}`)).company, "Alt AG", "nothing is written before it is applied");

  await page.getByRole("button", { name: /^Apply to 3 contacts/ }).click();
  await page.locator(".page-head .badge", { hasText: "Done" }).waitFor({ timeout: 30_000 });
  await look(page, "import-done");
  const changed = await api("GET", `/v1/contacts/${id}`);
  assert.deepEqual([changed.company, changed.directorySyncId], ["Neu AG", "K-1"]);
  const [failed] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Failed rows" }).click()]);
  const rows = await readFile(await failed.path(), "utf8");
  assert.match(rows, /error/);
  assert.match(rows, /kaputt\(at\)neu/);

  await page.goto(`/app/contacts/${id}`);
  await page.locator(".origin", { hasText: "import, Olga Owner" }).first().waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Undo" }).click();
  await toast(page, "Undone").or(page.getByText("This takes back")).first().waitFor();
  const apply = page.getByRole("button", { name: /^Apply to/ });
  for (let tries = 0; tries < 50 && (await api("GET", `/v1/contacts/${id}`)).company !== "Alt AG"; tries += 1) {
    if (await apply.isVisible()) await apply.click();
    await page.waitForTimeout(200);
  }
  assert.equal((await api("GET", `/v1/contacts/${id}`)).company, "Alt AG");
  assert.equal((await api("GET", "/v1/contacts?q=zoe@neu.example")).total, 0);

  await page.goto("/app/import");
  await chooseFile(page, path);
  await page.getByRole("button", { name: "Make the plan" }).click();
  await page.getByText("This very file was imported before.").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a file of 3 GB is refused before anything is sent", async () => {
  const path = join(folder, "everyone.csv");
  const handle = await open(path, "w");
  await handle.truncate(3_000_000_000);
  await handle.close();
  const { page, context } = await openAs(browser, runner, OWNER, { path: "/app/import" });
  const sent = [];
  page.on("request", (request) => request.method() !== "GET" && sent.push(request.url()));
  await chooseFile(page, path);
  await page.getByText("has 3.0 GB; a file can have up to 1 GB").waitFor();
  await look(page, "import-too-large");
  assert.deepEqual(sent, []);
  await context.close();
});

test("a PDF that is called .csv is told apart, with what to do", async () => {
  const path = await file("contacts.csv", Buffer.concat([Buffer.from("%PDF-1.7\n%âãÏÓ\n", "latin1"), Buffer.alloc(4_000, 7), Buffer.from("\n%%EOF\n")]));
  const { page, context } = await openAs(browser, runner, OWNER, { path: "/app/import" });
  await chooseFile(page, path);
  await page.getByText("This file cannot be read as CSV").waitFor();
  await look(page, "import-pdf");
  await page.getByRole("link", { name: "Choose a file" }).click();
  await page.getByText("Drop a CSV file here").waitFor();
  await context.close();
});

test("the network goes in the middle of an upload: it says so, keeps the file and sends it again by itself", async () => {
  const path = await file("large.csv", "firstName,lastName,notes\n" + Array.from({ length: 3_000 }, (_, n) => `First${n},Last${n},${"x".repeat(90)}\n`).join(""));
  const { page, context } = await openAs(browser, runner, OWNER, { path: "/app/import" });
  await page.route(`${runner.s3}/**`, async (route) => {
    await context.setOffline(true);
    await route.abort("internetdisconnected");
  });
  await chooseFile(page, path);
  await page.getByText(/The connection was lost at/).waitFor();
  await look(page, "import-offline");
  await page.unroute(`${runner.s3}/**`);
  await context.setOffline(false);
  await page.getByRole("heading", { name: "Columns" }).waitFor({ timeout: 30_000 });
  await context.close();
});

test("who may not import sees the page, with the reason", async () => {
  const { page, context } = await openAs(browser, runner, "agent@demo.example", { path: "/app/import" });
  await page.getByText("You need the permission “Import contacts (bulk)”.").waitFor();
  await look(page, "import-refused");
  await context.close();
});
