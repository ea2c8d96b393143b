// Which buttons the portal's sign-in page has for contacts, and what stands against each that it has not. The portal decides by the same facts.
import type { Communication, KnownProvider, Sso } from "../api/types";
import { GROUPS } from "./switches";

export interface Facts {
  switches: Communication;
  sso: Sso;
  /** The providers that this service was made known to. */
  known: readonly KnownProvider[];
}

export interface Missing {
  text: string;
  /** The switch that decides, if it is one. */
  decidedBy?: keyof Communication;
}

export interface SignInButton {
  label: string;
  /** Whose accounts it is for. */
  accounts: string;
  missing: Missing[];
}

const WAYS = [
  { way: "microsoft", name: "Microsoft", decidedBy: "ssoMicrosoft" },
  { way: "google", name: "Google", decidedBy: "ssoGoogle" },
  { way: "oidc", name: "another provider", decidedBy: "ssoOidc" },
] as const;
type Way = (typeof WAYS)[number]["way"];

/** One for each provider, shown or not; the operator's own only where there is one or somebody counts on it. */
export function buttons({ switches, sso, known }: Facts): SignInButton[] {
  return WAYS.flatMap(({ way, name: usual, decidedBy }) => {
    const provider = known.find((each) => each.way === way);
    if (way === "oidc" && provider === undefined && !switches[decidedBy]) return [];
    const name = provider?.name ?? usual;
    const missing: Missing[] = [];
    if (!switches[decidedBy]) missing.push({ text: `The switch “${titleOf(decidedBy)}” is off.`, decidedBy });
    if (way === "microsoft" && isUnset(sso.microsoftTenant)) missing.push({ text: "No tenant ID is set below." });
    if (provider === undefined) missing.push({ text: unknown(way, name) });
    return [{ label: `Sign in with ${name}`, accounts: accounts(way, name, sso, switches), missing }];
  });
}

function accounts(way: Way, name: string, sso: Sso, { ssoRequiresSyncedContact }: Communication): string {
  if (way === "microsoft") return "For accounts of the tenant below.";
  if (way === "google" && !isUnset(sso.googleHostedDomain)) return `For accounts of ${sso.googleHostedDomain}.`;
  if (way === "google") return "For every Google account, since no domain is set below.";
  return ssoRequiresSyncedContact ? `It lets nobody in: directory sync stores no identity of ${name}, and “${titleOf("ssoRequiresSyncedContact")}” is on.` : `For every account of ${name}.`;
}

function unknown(way: Way, name: string): string {
  return way === "oidc"
    ? "The operator of this service added no further identity provider."
    : `This service is not registered with ${name}. Its operator does that once for all teams, with the address below.`;
}

function titleOf(name: keyof Communication): string {
  return GROUPS.flatMap(({ switches }) => switches).find((each) => each.name === name)?.title ?? name;
}

function isUnset(text: string | null | undefined): boolean {
  return text === undefined || text === null || text === "";
}
