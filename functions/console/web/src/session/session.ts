// Signs members in by OpenID Connect (code flow with PKCE). The session lives in this tab's session storage and ends with the tab.
import { OidcClient, User, UserManager, WebStorageStateStore } from "oidc-client-ts";

interface Config {
  issuer: string;
  clientId: string;
  scope: string;
}

const SIGNED_IN = "/app/signed-in";
const POPUP = "popup";
const POPUP_LOOK = "popup,width=460,height=640";
const CHANNEL = "kdesk-sign-in";

let manager: UserManager | null = null;
let popups: OidcClient | null = null;
let user: User | null = null;
let waiting: Promise<string> | null = null;
let began = Date.now();
let ask: (() => Promise<void>) | null = null;

/** Reads the settings and the session that a reload left. Finishes a sign-in when this is its return address. */
export async function start(): Promise<"signed-in" | "signed-out" | "popup"> {
  const response = await fetch("/app/config.json", { cache: "no-store" });
  if (!response.ok) throw new Error("The settings of the App cannot be read. Try again in a moment.");
  const config = (await response.json()) as Config;
  const store = new WebStorageStateStore({ store: sessionStorage });
  const settings = {
    authority: config.issuer,
    client_id: config.clientId,
    scope: config.scope,
    redirect_uri: `${location.origin}${SIGNED_IN}`,
    stateStore: store,
    loadUserInfo: false,
  };
  manager = new UserManager({ ...settings, userStore: store, automaticSilentRenew: false, monitorSession: false });
  popups = new OidcClient(settings);
  if (location.pathname === SIGNED_IN) {
    if (new URLSearchParams(location.search).get("state")?.endsWith(`;${POPUP}`) === true) {
      new BroadcastChannel(CHANNEL).postMessage(location.href);
      window.close();
      return "popup";
    }
    const arrived = await manager.signinRedirectCallback();
    user = arrived;
    began = signedInAt(arrived);
    history.replaceState(null, "", typeof arrived.state === "string" ? arrived.state : "/app/contacts");
    return "signed-in";
  }
  user = await manager.getUser();
  if (user !== null) began = signedInAt(user);
  return isGood(user) ? "signed-in" : "signed-out";
}

/** Goes to the issuer; the way back leads to where the member was. */
export async function signIn(): Promise<void> {
  // Without its settings the App starts anew, which reads them again.
  if (manager === null) return location.reload();
  const here = location.pathname.startsWith(SIGNED_IN) ? "/app/contacts" : location.pathname + location.search + location.hash;
  await manager.signinRedirect({ state: here });
}

/** Forgets the session here and, where the issuer can, there. */
export async function signOut(): Promise<void> {
  await manager?.removeUser();
  user = null;
  const ends = await manager?.metadataService.getEndSessionEndpoint().catch(() => undefined);
  if (ends !== undefined) await manager?.signoutRedirect({ post_logout_redirect_uri: `${location.origin}/app/signed-out` });
  else location.assign("/app/signed-out");
}

/** Forgets the token of a session that was left alone; the member signs in again to go on, and the page stays. */
export async function endSession(): Promise<void> {
  if (user === null) return;
  user = null;
  await manager?.removeUser();
  await signInAgain().catch(() => undefined);
}

/** The token to send. Waits for a sign-in when the session has ended. */
export async function token(): Promise<string> {
  return isGood(user) ? user.access_token : signInAgain();
}

/** Has the member sign in once more while the page stays as it is. Every request that waits shares one sign-in. */
export function signInAgain(): Promise<string> {
  waiting ??= renew().finally(() => {
    waiting = null;
  });
  return waiting;
}

/** Says how to ask the member to sign in; the page that shows the dialog sets it. */
export function whenAsked(show: () => Promise<void>): void {
  ask = show;
}

/**
 * Opens the issuer in a window of its own. That window comes back with a code, which only this tab can use: it keeps the verifier.
 * It tells by a channel of this origin, because the browser may cut the tie between two windows while one is at the issuer.
 */
export async function signInByPopup(): Promise<void> {
  if (popups === null) return;
  const popup = window.open("about:blank", "_blank", POPUP_LOOK);
  if (popup === null) throw new Error("The browser did not let a window open. Allow pop-ups for this address and try again.");
  const request = await popups.createSigninRequest({ request_type: "si:p", url_state: POPUP, state: POPUP });
  const back = answerTo(request.state.id);
  popup.location.replace(request.url);
  const response = await popups.processSigninResponse(await back);
  user = new User({ ...response, expires_at: response.expires_at ?? 0, userState: response.userState });
  began = signedInAt(user);
  await manager?.storeUser(user);
}

function answerTo(state: string): Promise<string> {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise((resolve) => {
    channel.onmessage = (event: MessageEvent<string>) => {
      if (!new URL(event.data).searchParams.get("state")?.startsWith(state)) return;
      channel.close();
      resolve(event.data);
    };
  });
}

/** When the member signed in. A renewed token does not start the day anew. */
export function beganAt(): number {
  return began;
}

/** Whose session this is, to see that the same person came back. */
export function subject(): string | null {
  return user?.profile.sub ?? null;
}

async function renew(): Promise<string> {
  if (user?.refresh_token !== undefined) {
    user = (await manager?.signinSilent().catch(() => null)) ?? null;
    if (isGood(user)) return user.access_token;
  }
  user = null;
  await ask?.();
  const now = user as User | null;
  if (!isGood(now)) throw new Error("You are signed out. Sign in to go on.");
  return now.access_token;
}

function signedInAt(user: User): number {
  return (user.profile.iat ?? Date.now() / 1_000) * 1_000;
}

function isGood(user: User | null): user is User {
  return user !== null && user.expired !== true;
}
