// Why can they not sign in, why did they (not) get this mail: every rule in order, pass or fail, and the setting that decides.
import { useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { Explanation, Rule, SignInRefusal } from "../api/types";
import { useLoad } from "../api/useLoad";
import { titleOf } from "../contact/fields";
import { PORTAL_WAYS } from "../contact/provenance";
import { refusal, useSigned } from "../session/me";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Select } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { ErrorState, Skeleton } from "../ui/parts";
import { dateTime } from "../ui/time";
import { toast } from "../ui/Toast";

const QUESTIONS = [
  { value: "sign-in", label: "Can they sign in to the portal?" },
  { value: "microsoft", label: "Can they sign in with Microsoft?" },
  { value: "google", label: "Can they sign in with Google?" },
  { value: "oidc", label: "Can they sign in with the operator's identity provider?" },
  { value: "ticketCreated", label: "Do they get mail when a ticket is created?" },
  { value: "ticketUpdated", label: "Do they get mail when a ticket is updated?" },
  { value: "ticketCommented", label: "Do they get mail when a ticket is commented?" },
  { value: "ticketClosed", label: "Do they get mail when a ticket is closed?" },
  { value: "formAssigned", label: "Do they get mail when a form is assigned?" },
];

export function WhyPanel({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const [asked, setAsked] = useState("sign-in");
  return (
    <Dialog title={`Why? ${name}`} size="panel" onClose={onClose}>
      <Select label="Question" value={asked} options={QUESTIONS} onChange={setAsked} />
      <Answer key={asked} id={id} asked={asked} onClose={onClose} />
    </Dialog>
  );
}

/** One for each question, so that no answer stands under another question. */
function Answer({ id, asked, onClose }: { id: string; asked: string; onClose: () => void }) {
  const query = queryOf(asked);
  const { data, error, loading, reload } = useLoad(`${id} ${asked}`, (signal) => call<Explanation>(`/v1/contacts/${id}/why`, { query, signal }));
  if (error !== undefined) return <ErrorState error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton rows={4} />;
  const failing = data.because.filter((rule) => !rule.passes).length;
  return (
    <div class="why" aria-busy={loading} aria-live="polite">
      <p class={data.allowed ? "why-answer why-yes" : "why-answer why-no"}>
        <Icon name={data.allowed ? "check" : "close"} />
        <span>{data.allowed ? `Yes. ${data.because.length === 1 ? "The rule holds." : `All ${data.because.length} rules hold.`}` : answer(data.because, failing)}</span>
      </p>
      <ol class="why-rules">
        {data.because.map((rule) => (
          <li key={rule.rule} class={rule.passes ? "why-rule" : "why-rule why-rule-fails"}>
            <span class={rule.passes ? "why-mark why-yes" : "why-mark why-no"}>
              <Icon name={rule.passes ? "check" : "close"} />
              <span class="sr-only">{rule.passes ? "Holds:" : "Does not hold:"}</span>
            </span>
            <span class="why-text">
              {rule.rule}
              <a href={whereOf(rule, id)} onClick={onClose}>{rule.passes ? "See" : "Change"} {placeOf(rule)}</a>
            </span>
          </li>
        ))}
      </ol>
      {data.refusals != null && <Refusals refusals={data.refusals} />}
      {asked === "sign-in" && <AllowCodes id={id} />}
    </div>
  );
}

function queryOf(asked: string): Record<string, string> {
  if (asked === "sign-in") return { question: asked };
  if (asked in PORTAL_WAYS) return { question: "single-sign-on", way: asked };
  return { question: "notification", kind: asked };
}

/** Anybody can use an address's limits up; a member lets codes be asked for and tried again. */
function AllowCodes({ id }: { id: string }) {
  const { me } = useSigned();
  const allow = async (): Promise<void> => {
    try {
      await call(`/v1/contacts/${id}/sign-in-limits`, { method: "DELETE" });
      toast("Codes can be asked for and tried again.");
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
  };
  return (
    <p class="hint">
      Too many codes were asked for, or too many were wrong? <Button small reason={refusal(me.can.modifyContacts)} onClick={allow}>Allow codes again</Button>
    </p>
  );
}

/** What the contact met at the portal lately, whatever the rules say now. */
function Refusals({ refusals }: { refusals: readonly SignInRefusal[] }) {
  const { me } = useSigned();
  if (refusals.length === 0) return <p class="hint">No sign-in was refused in the last 7 days.</p>;
  return (
    <>
      <h3>Refused in the last 7 days</h3>
      <ul class="why-rules">
        {refusals.map(({ at, way, reason }) => (
          <li key={`${at} ${way}`} class="why-rule">
            <span class="why-text">
              This did not hold: {reason}
              <span class="hint">{dateTime(at, me.timeZone)}, {PORTAL_WAYS[way]}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function answer(rules: readonly Rule[], failing: number): string {
  const first = rules.find((rule) => !rule.passes)?.rule ?? "";
  const rest = failing > 1 ? ` ${failing - 1} more ${failing === 2 ? "rule does" : "rules do"} not hold either.` : "";
  return `No. This does not hold: ${first}${rest}`;
}

function whereOf({ decidedBy }: Rule, id: string): string {
  if (decidedBy.where === "team") return `/app/settings/communication#${decidedBy.name}`;
  if (decidedBy.where === "member") return "/app/settings/members";
  if (decidedBy.name === "mailProblems") return `/app/contacts/${id}`;
  return `/app/contacts/${id}/edit#${decidedBy.name}`;
}

function placeOf({ decidedBy }: Rule): string {
  if (decidedBy.where === "team") return "in Settings, Communication";
  if (decidedBy.where === "member") return `“${decidedBy.name}” in Settings, Members`;
  return `“${titleOf(decidedBy.name)}” of the contact`;
}
