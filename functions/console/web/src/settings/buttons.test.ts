// A button is missing for every reason that the portal has, and each reason is told.
import { describe, expect, test } from "vitest";
import type { Communication, KnownProvider } from "../api/types";
import { buttons } from "./buttons";

const MICROSOFT: KnownProvider = { way: "microsoft", name: "Microsoft" };
const GOOGLE: KnownProvider = { way: "google", name: "Google" };
const OWN: KnownProvider = { way: "oidc", name: "Acme ID" };
const TENANT = { microsoftTenant: "11111111-2222-4333-8444-555555555555" };

function switched(...on: (keyof Communication)[]): Communication {
  return Object.fromEntries(on.map((name) => [name, true])) as unknown as Communication;
}

function missing(...facts: Parameters<typeof buttons>): Record<string, string[]> {
  return Object.fromEntries(buttons(...facts).map((button) => [button.label, button.missing.map(({ text }) => text)]));
}

describe("the buttons of the sign-in page", () => {
  test("nothing stands against one that is switched on, set and known", () => {
    const facts = { switches: switched("ssoMicrosoft", "ssoGoogle", "ssoOidc"), sso: TENANT, known: [MICROSOFT, GOOGLE, OWN] };
    expect(missing(facts)).toEqual({ "Sign in with Microsoft": [], "Sign in with Google": [], "Sign in with Acme ID": [] });
  });

  test("every reason is told, and a switch can be gone to", () => {
    const [microsoft, google, ...others] = buttons({ switches: switched(), sso: {}, known: [] });
    expect(microsoft?.missing.map(({ decidedBy }) => decidedBy)).toEqual(["ssoMicrosoft", undefined, undefined]);
    expect(microsoft?.missing.map(({ text }) => text)).toEqual([
      "The switch “Contact SSO: Microsoft” is off.",
      "No tenant ID is set below.",
      expect.stringContaining("not registered with Microsoft"),
    ]);
    expect(google?.missing.map(({ decidedBy }) => decidedBy)).toEqual(["ssoGoogle", undefined]);
    expect(others).toEqual([]);
  });

  test("Google needs no domain, and Microsoft a tenant that is more than empty", () => {
    const facts = { switches: switched("ssoMicrosoft", "ssoGoogle"), sso: { microsoftTenant: null, googleHostedDomain: null }, known: [MICROSOFT, GOOGLE] };
    expect(missing(facts)).toEqual({ "Sign in with Microsoft": ["No tenant ID is set below."], "Sign in with Google": [] });
  });

  test("the operator's own provider is told of where there is one, or where its switch waits for one", () => {
    const label = "Sign in with another provider";
    expect(missing({ switches: switched("ssoOidc"), sso: TENANT, known: [] })[label]).toEqual(["The operator of this service added no further identity provider."]);
    expect(missing({ switches: switched(), sso: TENANT, known: [OWN] })["Sign in with Acme ID"]).toHaveLength(1);
  });

  test("whose accounts a button is for is told as far as it is limited", () => {
    const of = (googleHostedDomain: string | null) => buttons({ switches: switched(), sso: { googleHostedDomain }, known: [OWN] }).map(({ accounts }) => accounts);
    expect(of("example.com")).toEqual(["For accounts of the tenant below.", "For accounts of example.com.", "For every account of Acme ID."]);
    expect(of(null)[1]).toBe("For every Google account, since no domain is set below.");
    expect(buttons({ switches: switched("ssoOidc", "ssoRequiresSyncedContact"), sso: {}, known: [OWN] })[2]?.accounts).toMatch(/^It lets nobody in: /);
  });
});
