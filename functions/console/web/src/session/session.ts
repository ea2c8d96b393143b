// Signs members in by OpenID Connect (code flow with PKCE). The session lives in this tab's session storage and ends with the tab.
import { OidcClient, User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { isOver, type Times } from "./idle";

interface Config {
  issuer: string;
  clientId: string;
  scope: string;
}

const SIGNED_IN = "/app/signed-in";
const POPUP = "popup";
const POPUP_LOOK = "popup,width=460,height=640";
/** When the session was last used, beside the token: a reload is no use of it. */
const USED = "kdesk.used";
const CHANNEL = "kdesk-sign-in";

let manager: UserManager | null = null;
let popups: OidcClient | null = null;
let user: User | null = null;
let waiting: Promise<string> | null = null;
let began = Date.now();
let used = Date.now();
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
    // All that the library drops on its own but `auth_time`, from which the day of a session counts.
    filterProtocolClaims: ["nbf", "jti", "nonce", "acr", "amr", "azp", "at_hash"],
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
    use();
    history.replaceState(null, "", typeof arrived.state === "string" ? arrived.state : "/app/contacts");
    return "signed-in";
  }
  user = await manager.getUser();
  if (user !== null) {
    began = signedInAt(user);
    used = Number(sessionStorage.getItem(USED) ?? used);
    if (isOver({ began, used }, Date.now())) await forget();
  }
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
  await forget();
  const ends = await manager?.metadataService.getEndSessionEndpoint().catch(() => undefined);
  if (ends !== undefined) await manager?.signoutRedirect({ post_logout_redirect_uri: `${location.origin}/app/signed-out` });
  else location.assign("/app/signed-out");
}

/** Forgets the token of a session that was left alone; the member signs in again to go on, and the page stays. */
export async function endSession(): Promise<void> {
  if (user === null) return;
  await forget();
  await signInAgain().catch(() => undefined);
}

/** The token to send. Waits for a sign-in when the session has ended. */
export async function token(): Promise<string> {
  return isGood(user) ? user.access_token : signInAgain();
}

/**
 * Has the member sign in once more while the page stays as it is. Every request that waits shares one sign-in, and a refusal of a
 * token that was replaced meanwhile asks nobody.
 */
export function signInAgain(refused: string | null = null): Promise<string> {
  if (refused !== null && isGood(user) && user.access_token !== refused) return Promise.resolve(user.access_token);
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
  use();
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

/** When the member signed in and last used the session. A renewed token does not start the day anew. */
export function times(): Times {
  return { began, used };
}

/** The member did something. */
export function use(): void {
  used = Date.now();
  if (user !== null) sessionStorage.setItem(USED, String(used));
}

async function forget(): Promise<void> {
  user = null;
  sessionStorage.removeItem(USED);
  await manager?.removeUser();
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
  return (user.profile.auth_time ?? user.profile.iat ?? Date.now() / 1_000) * 1_000;
}

function isGood(user: User | null): user is User {
  return user !== null && user.expired !== true;
}
