// Settings > Single sign-on: what contacts see on the sign-in page, whose accounts are let in, and what the providers must know of the portal.
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import { fieldErrors, messageOf } from "../api/problem";
import type { Communication, Sso, TeamLink } from "../api/types";
import { useLoad } from "../api/useLoad";
import { copy } from "../contacts/portalLinks";
import { refusal, useSigned } from "../session/me";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { ErrorState, Notice, PageHead, Skeleton } from "../ui/parts";
import { toast } from "../ui/Toast";
import { useUnsavedGuard } from "../ui/unsaved";
import { SettingsTabs } from "./SettingsTabs";
import { SignInButtons } from "./SignInButtons";

const PATH = "/v1/team/settings/sso";

export function SsoPage() {
  const { me } = useSigned();
  const { data, error, reload, set } = useLoad("sso", async (signal) => {
    const [sso, link, switches] = await Promise.all([
      call<Sso>(PATH, { signal }),
      call<TeamLink>("/v1/portal-link", { signal }),
      call<Communication>("/v1/team/settings/communication", { signal }),
    ]);
    return { sso, link, switches };
  });
  const refused = refusal(me.can.modifyTeamSettings);
  return (
    <div class="page page-narrow">
      <PageHead title="Settings" />
      <SettingsTabs current="/app/settings/sso" />
      {refused !== null && <Notice tone="neutral">You can look at these settings but not change them. {refused}</Notice>}
      {error !== undefined && data === undefined && <ErrorState error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Skeleton />}
      {data !== undefined && (
        <>
          <SignInButtons switches={data.switches} sso={data.sso} known={data.link.providers} />
          <Accounts sso={data.sso} locked={refused !== null} onSaved={(sso) => set({ ...data, sso })} />
          <Registration redirectUri={data.link.redirectUri} />
        </>
      )}
    </div>
  );
}

function Accounts({ sso, locked, onSaved }: { sso: Sso; locked: boolean; onSaved: (sso: Sso) => void }) {
  const saved = { microsoftTenant: sso.microsoftTenant ?? "", googleHostedDomain: sso.googleHostedDomain ?? "" };
  const [draft, setDraft] = useState(saved);
  const [problems, setProblems] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);
  const changed = draft.microsoftTenant.trim() !== saved.microsoftTenant || draft.googleHostedDomain.trim() !== saved.googleHostedDomain;
  useUnsavedGuard(changed, "You changed whose accounts are let in.");
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problems]);

  const save = async (): Promise<void> => {
    const body: Sso = { microsoftTenant: draft.microsoftTenant.trim() || null, googleHostedDomain: draft.googleHostedDomain.trim() || null };
    try {
      const stored = await call<Sso>(PATH, { method: "PUT", body });
      setDraft({ microsoftTenant: stored.microsoftTenant ?? "", googleHostedDomain: stored.googleHostedDomain ?? "" });
      setProblems({});
      onSaved(stored);
      toast("Saved. It acts on the next sign-in.");
    } catch (refusedBy) {
      const wrong = fieldErrors(refusedBy);
      if (wrong === null) toast(messageOf(refusedBy), { kind: "bad" });
      else setProblems(wrong);
    }
  };
  const shared = { locked, placeholder: locked ? "Not set" : "" };

  return (
    <section class="card" aria-labelledby="accounts-title">
      <h2 id="accounts-title">Whose accounts are let in</h2>
      <p class="hint">An account alone opens nothing: whoever signs in must be one of your contacts, active and with portal access.</p>
      <form class="form" ref={form} noValidate onSubmit={(event) => event.preventDefault()}>
        <Field
          {...shared}
          label="Microsoft tenant ID"
          name="microsoftTenant"
          value={draft.microsoftTenant}
          error={problems["microsoftTenant"]}
          hint={
            <>
              Where to find it: sign in to <Away href="https://entra.microsoft.com" /> with an account of the organisation; the page Overview shows it
              as “Tenant ID”. While it is empty, nobody signs in with Microsoft and the button is not shown.
            </>
          }
          onInput={(microsoftTenant) => setDraft({ ...draft, microsoftTenant })}
        />
        <Field
          {...shared}
          label="Google hosted domain"
          name="googleHostedDomain"
          value={draft.googleHostedDomain}
          error={problems["googleHostedDomain"]}
          hint={
            <>
              The primary domain of the organisation's Google Workspace, such as example.com. Where to find it: <Away href="https://admin.google.com" />,
              Account, Domains, Manage domains. While it is empty, contacts can use any Google account that proves their Primary Email, private ones too.
            </>
          }
          onInput={(googleHostedDomain) => setDraft({ ...draft, googleHostedDomain })}
        />
        {!locked && <div><Button kind="primary" type="submit" disabled={!changed} onClick={save}>Save</Button></div>}
      </form>
    </section>
  );
}

function Registration({ redirectUri }: { redirectUri: string }) {
  return (
    <section class="card" aria-labelledby="registration-title">
      <h2 id="registration-title">What the providers must know</h2>
      <p class="hint">
        A provider sends people back only to an address that is registered with it. Whoever operates this service does that once, for all teams, and
        deploys it with the client ID and secret that the provider gives for it.
      </p>
      <div class="address-row">
        <code class="address" id="redirect-uri">{redirectUri}</code>
        <Button icon="copy" onClick={() => copy(redirectUri, "The redirect address is copied.")}>Copy redirect address</Button>
      </div>
      <ul class="hint bullets">
        <li>
          Microsoft: in the Entra admin center, App registrations, your registration, Authentication, as a redirect URI of the platform Web. The
          registration must allow accounts of every tenant that a team enters above, and its ID tokens need the optional claim xms_edov: by it Microsoft
          vouches for an email address.
        </li>
        <li>Google: in the Google Cloud console, your OAuth client of the type Web application, under Authorized redirect URIs.</li>
      </ul>
    </section>
  );
}

function Away({ href }: { href: string }) {
  return <a href={href} target="_blank" rel="noopener noreferrer">{new URL(href).host}<span class="sr-only"> (opens in a new tab)</span></a>;
}
