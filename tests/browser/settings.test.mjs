// Duplicates and merging, the team's settings and who may change them, and Why?
import assert from "node:assert/strict";
import { test } from "node:test";
import { cameBack, openAs, toast } from "./support/browser.mjs";
import { look } from "./support/look.mjs";
import { OWNER, api, browser, runner } from "./support/stage.mjs";

test("two contacts that are one person are merged field by field, and parted again", async () => {
  const one = await api("POST", "/v1/contacts", { firstName: "Aaron", lastName: "Aardvark", company: "Zwei GmbH", job: "Buyer", phones: { mobile: "+49 30 9018201" } });
  const two = await api("POST", "/v1/contacts", { firstName: "Aaron", lastName: "Aardvark", company: "Zwei GmbH", job: "Head of buying", primaryEmail: "aaron@zwei.example" });
  const { page, context, complaints } = await openAs(browser, runner, OWNER, { path: "/app/duplicates" });
  const group = page.locator(".group", { hasText: "Aaron Aardvark" });
  await group.waitFor();
  await look(page, "duplicates");
  await group.getByRole("button", { name: "Merge" }).click();
  const dialog = page.getByRole("dialog", { name: "Merge two contacts" });
  await dialog.getByRole("radio", { name: /^Job title/ }).last().waitFor();
  await look(page, "merge");
  const right = dialog.locator("tr", { hasText: "Job title" }).locator("label", { hasText: "Head of buying" });
  await right.click();
  await dialog.getByRole("button", { name: "Merge", exact: true }).click();
  await toast(page, "was merged into").waitFor();
  const left = await Promise.all([one, two].map(({ id }) => api("GET", `/v1/contacts/${id}`).catch(() => null)));
  const kept = left.find((contact) => contact !== null);
  assert.equal(left.filter((contact) => contact !== null).length, 1);
  assert.deepEqual([kept.job, kept.primaryEmail, kept.phones], ["Head of buying", "aaron@zwei.example", { mobile: "+49 30 9018201" }]);
  await page.getByRole("button", { name: "Undo" }).click();
  await toast(page, "Undone").waitFor();
  assert.equal((await api("GET", "/v1/contacts?q=aardvark")).total, 2);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the last page of duplicates leads to the one before when its last group is merged", async () => {
  const size = 25;
  const { total } = await api("GET", "/v1/contacts/duplicates?page=1&pageSize=1");
  const pairs = size + 1 - (total % size);
  for (let n = 0; n < pairs * 2; n += 1) await api("POST", "/v1/contacts", { firstName: "Twin", lastName: `No${n >> 1}`, company: "Zwilling GmbH" });
  const last = (total + pairs - 1) / size + 1;
  const { page, context } = await openAs(browser, runner, OWNER, { path: "/app/duplicates" });
  for (let n = 1; n < last; n += 1) {
    await page.getByText(`Page ${n} of ${last}`).waitFor();
    await page.getByRole("button", { name: "Next page" }).click();
  }
  await page.getByText(`Page ${last} of ${last}`).waitFor();
  assert.equal(await page.locator(".group").count(), 1);
  await page.locator(".group").getByRole("button", { name: "Merge" }).click();
  await page.getByRole("dialog", { name: "Merge two contacts" }).getByRole("button", { name: "Merge", exact: true }).click();
  await toast(page, "was merged into").waitFor();
  await page.getByText(`Page ${last - 1} of ${last - 1}`).waitFor();
  assert.equal(await page.locator(".group").count(), size);
  await context.close();
});

test("Why? answers with every rule and leads to the setting that decides", async () => {
  const { id } = await api("POST", "/v1/contacts", { firstName: "Why", lastName: "Not", primaryEmail: "why@not.example" });
  await api("PUT", "/v1/team/settings/communication", { ...(await api("GET", "/v1/team/settings/communication")), portal: false });
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}` });
  await page.getByRole("button", { name: "Why?" }).click();
  const panel = page.getByRole("dialog", { name: "Why? Why Not" });
  await panel.getByText(/^No\. This does not hold/).waitFor();
  await look(page, "why");
  await panel.getByLabel("Question").selectOption({ label: "Do they get mail when a ticket is closed?" });
  await panel.getByText(/^Yes\./).waitFor();
  await panel.getByLabel("Question").selectOption({ index: 0 });
  await panel.getByRole("link", { name: "Change in Settings, Communication" }).click();
  await page.waitForURL(/settings\/communication#portal$/);
  const portal = page.getByRole("switch", { name: "Contacts can access web portal" });
  await portal.waitFor();
  assert.equal(await portal.evaluate((field) => field === document.activeElement), true, "the switch that decides has the focus");
  await page.keyboard.press("Space");
  await toast(page, "is on.").waitFor();
  assert.equal((await api("GET", "/v1/team/settings/communication")).portal, true);
  await page.goBack();
  await page.getByRole("button", { name: "Why?" }).click();
  await page.getByRole("link", { name: "Change “Portal access” of the contact" }).click();
  await page.waitForURL(/edit#portalAccess$/);
  await page.getByRole("switch", { name: "Portal access" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await toast(page, "Saved.").waitFor();
  await page.getByRole("button", { name: "Why?" }).click();
  await page.getByText(/^Yes\. All 5 rules hold/).waitFor();
  await context.close();
});

test("an answer that fails leaves no earlier answer under the new question", async () => {
  const { id } = await api("POST", "/v1/contacts", { firstName: "Why", lastName: "Lost" });
  const { page, context } = await openAs(browser, runner, OWNER, { path: `/app/contacts/${id}` });
  await page.getByRole("button", { name: "Why?" }).click();
  const panel = page.getByRole("dialog", { name: "Why? Why Lost" });
  await panel.locator(".why-answer").waitFor();
  await page.route("**/why?*", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: "{}" }));
  await panel.getByLabel("Question").selectOption({ index: 1 });
  await panel.getByText("This did not work").waitFor();
  assert.equal(await panel.locator(".why-answer").count(), 0);
  await page.unroute("**/why?*");
  await panel.getByRole("button", { name: "Try again" }).click();
  await panel.locator(".why-answer").waitFor();
  await context.close();
});

test("switches that are pressed quickly one after the other are all stored", async () => {
  const PATH = "/v1/team/settings/communication";
  const { page, context } = await openAs(browser, runner, OWNER, { path: "/app/settings/communication" });
  const slow = async (route) => {
    await new Promise((late) => setTimeout(late, 200));
    await route.continue();
  };
  await page.route(`**${PATH}`, slow);
  const switches = page.getByRole("switch");
  await switches.first().waitFor();
  const before = await api("GET", PATH);
  const wanted = [];
  for (const n of [1, 2, 3]) {
    await switches.nth(n).click();
    wanted.push(await switches.nth(n).isChecked());
  }
  await page.locator(".toast").nth(2).waitFor();
  const names = await switches.evaluateAll((all) => all.slice(1, 4).map((each) => each.dataset.field));
  const now = await api("GET", PATH);
  assert.deepEqual(names.map((name) => now[name]), wanted);
  assert.deepEqual(names.map((name) => now[name]), names.map((name) => !before[name]));

  await page.getByRole("link", { name: "Members" }).click();
  const vera = page.getByRole("region", { name: "Vera Viewer" });
  await vera.waitFor();
  await page.route("**/v1/members/*/permissions", slow);
  await vera.getByRole("switch", { name: "Modify tickets" }).click();
  await vera.getByRole("switch", { name: "Modify contact syncs" }).click();
  await toast(page, "Vera Viewer's next request").nth(1).waitFor();
  const { permissions } = (await api("GET", "/v1/members")).items.find(({ name }) => name === "Vera Viewer");
  assert.deepEqual([...permissions].sort(), ["modifyContactSyncs", "modifyTickets"]);
  await context.close();
});

test("switches, members and the team's name are changed by who may, and locked with the reason for others", async () => {
  const { page, context } = await openAs(browser, runner, OWNER, { path: "/app/settings/communication" });
  await page.getByRole("switch").first().waitFor();
  await look(page, "settings-communication");
  await page.getByRole("link", { name: "Members" }).click();
  const vera = page.getByRole("region", { name: "Vera Viewer" });
  await vera.waitFor();
  await look(page, "settings-members");
  await vera.getByRole("switch", { name: "Modify contacts", exact: true }).click();
  await toast(page, "Vera Viewer's next request").waitFor();
  const own = page.getByRole("region", { name: "Olga Owner" }).getByRole("switch", { name: "Modify team settings" });
  assert.equal(await own.getAttribute("aria-disabled"), "true", "nobody locks themselves out");
  await page.getByRole("link", { name: "General" }).click();
  await page.getByLabel("Team name").fill("Demo support");
  await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await look(page, "settings-general");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator(".team-name", { hasText: "Demo support" }).waitFor();
  await context.close();

  const agent = await openAs(browser, runner, "agent@demo.example", { path: "/app/settings/communication" });
  await agent.page.getByText("You need the permission “Modify team settings”.").waitFor();
  const portal = agent.page.getByRole("switch").first();
  const was = await portal.isChecked();
  await portal.click({ force: true });
  assert.equal(await portal.isChecked(), was, "a locked switch does not move");
  await look(agent.page, "settings-locked");
  await agent.context.close();
});

test("single sign-on is set up where its settings say what contacts see and what is missing", async () => {
  const PATH = "/v1/team/settings/sso";
  const signInPage = async () => (await fetch(runner.portal)).text();
  const before = await api("GET", PATH);
  const { page, context, complaints } = await openAs(browser, runner, OWNER, { path: "/app/settings/communication" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("link", { name: "Set it up, and see which buttons contacts have now" }).click();
  const seen = page.getByRole("region", { name: "What contacts see when they sign in" });
  await seen.getByText("“Sign in with Microsoft” is shown.").waitFor();
  await seen.getByText("“Sign in with Google” is shown.").waitFor();
  await seen.getByText("“Sign in with Example ID” is not shown.").waitFor();
  await look(page, "settings-sso");
  await page.getByRole("button", { name: "Copy redirect address" }).click();
  await toast(page, "The redirect address is copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${runner.url}/portal/sso/callback`);

  const tenant = page.getByLabel("Microsoft tenant ID");
  const domain = page.getByLabel("Google hosted domain");
  await tenant.fill("common");
  await page.keyboard.press("Enter");
  await page.getByText("The tenant ID of an organisation is needed").waitFor();
  assert.equal(await tenant.evaluate((field) => field === document.activeElement), true, "the first wrong field has the focus");
  await look(page, "settings-sso-wrong");
  await page.getByRole("link", { name: "Members" }).click();
  await page.getByRole("button", { name: "Stay here" }).click();
  assert.equal(await tenant.inputValue(), "common", "nothing typed is lost");

  await tenant.fill("");
  await domain.fill("https://example.com");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("A domain such as “example.com” is needed").waitFor();
  await domain.fill(" Example.COM ");
  await page.getByRole("button", { name: "Save" }).click();
  await toast(page, "Saved.").waitFor();
  await seen.getByText("“Sign in with Microsoft” is not shown.").waitFor();
  await seen.getByText("No tenant ID is set below.").waitFor();
  await seen.getByText("For accounts of example.com.").waitFor();
  assert.deepEqual(await api("GET", PATH), { microsoftTenant: null, googleHostedDomain: "example.com" });
  assert.doesNotMatch(await signInPage(), /Sign in with Microsoft/);

  await seen.getByRole("listitem").filter({ hasText: "Example ID" }).getByRole("link", { name: "Change in Settings, Communication" }).click();
  const own = page.getByRole("switch", { name: "Contact SSO: the operator's identity provider" });
  await own.waitFor();
  assert.equal(await own.evaluate((field) => field === document.activeElement), true, "the switch that decides has the focus");
  await page.keyboard.press("Space");
  await toast(page, "is on.").waitFor();
  await page.getByRole("link", { name: "Single sign-on", exact: true }).click();
  await seen.getByText("“Sign in with Example ID” is shown.").waitFor();
  assert.match(await signInPage(), /Sign in with Example ID/);
  assert.deepEqual(complaints, []);
  await context.close();

  await api("PUT", "/v1/team/settings/communication", { ...(await api("GET", "/v1/team/settings/communication")), portal: false, ssoRequiresSyncedContact: true });
  const agent = await openAs(browser, runner, "agent@demo.example", { path: "/app/settings/sso" });
  await agent.page.getByText("You need the permission “Modify team settings”.").waitFor();
  await agent.page.getByText("the portal is closed").waitFor();
  await agent.page.getByText("lets in only whom directory sync knows").waitFor();
  assert.equal(await agent.page.getByLabel("Google hosted domain").inputValue(), "example.com", "whoever may not change it sees it");
  assert.equal(await agent.page.getByLabel("Google hosted domain").isEditable(), false);
  assert.equal(await agent.page.getByRole("button", { name: "Save" }).count(), 0);
  await look(agent.page, "settings-sso-locked");
  await agent.context.close();
  await api("PUT", "/v1/team/settings/communication", { ...(await api("GET", "/v1/team/settings/communication")), portal: true, ssoRequiresSyncedContact: false, ssoOidc: false });
  await api("PUT", PATH, before);
});

test("signing out leaves nothing of the session in the tab", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.locator("tbody tr").first().waitFor();
  await page.getByRole("button", { name: "Your session" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  await look(page, "signed-out");
  assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0);
  await page.goBack();
  await page.waitForURL(/\/local\/oidc\/authorize/);
  await context.close();
});

test("a page that comes back out of the browser's memory is loaded anew", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.locator("tbody tr").first().waitFor();
  await cameBack(page, { persisted: false });
  assert.equal(await page.evaluate(() => window.isOld), true, "a page that was just loaded stays");
  await cameBack(page, { persisted: true });
  await page.waitForFunction(() => window.isOld === undefined);
  await page.locator("tbody tr").first().waitFor();
  await context.close();
});

test("a session that was left alone for an hour is over also after a reload", async () => {
  const { page, context } = await openAs(browser, runner, OWNER);
  await page.locator("tbody tr").first().waitFor();
  await page.reload();
  await page.locator("tbody tr").first().waitFor();
  await page.evaluate(() => sessionStorage.setItem("kdesk.used", String(Date.now() - 60 * 60 * 1_000)));
  await page.reload();
  await page.waitForURL(/\/local\/oidc\/authorize/);
  await context.close();
});

test("a start without its settings says so, and Sign in tries again", async () => {
  const context = await browser.newContext({ baseURL: runner.url });
  const page = await context.newPage();
  await page.route("**/app/config.json", (route) => route.fulfill({ status: 500 }), { times: 1 });
  await page.goto("/app/contacts");
  await page.getByText("The settings of the App cannot be read.").waitFor();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/local\/oidc\/authorize/);
  await context.close();
});
