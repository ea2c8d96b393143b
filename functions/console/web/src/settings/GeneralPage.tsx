// Settings > General: the team's name and the time zone in which dates are shown.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { fieldErrors, messageOf } from "../api/problem";
import type { General } from "../api/types";
import { useLoad } from "../api/useLoad";
import { refusal, useSigned } from "../session/me";
import { Button } from "../ui/Button";
import { Field, Select } from "../ui/Field";
import { ErrorState, Notice, PageHead, Skeleton } from "../ui/parts";
import { dateTime } from "../ui/time";
import { toast } from "../ui/Toast";
import { SettingsTabs } from "./SettingsTabs";

const PATH = "/v1/team/settings/general";

export function GeneralPage() {
  const { me, reload: reloadMe } = useSigned();
  const { data, error, reload, set } = useLoad("general", (signal) => call<General>(PATH, { signal }));
  const [draft, setDraft] = useState<General | null>(null);
  const [problems, setProblems] = useState<Record<string, string>>({});
  const refused = refusal(me.can.modifyTeamSettings);
  useEffect(() => {
    if (data !== undefined) setDraft(data);
  }, [data]);

  const save = async (): Promise<void> => {
    if (draft === null) return;
    try {
      set(await call<General>(PATH, { method: "PUT", body: draft }));
      setProblems({});
      toast("Saved.");
      reloadMe();
    } catch (refusedBy) {
      const wrong = fieldErrors(refusedBy);
      if (wrong === null) toast(messageOf(refusedBy), { kind: "bad" });
      else setProblems(wrong);
    }
  };
  const changed = data !== undefined && draft !== null && (data.name !== draft.name || data.timeZone !== draft.timeZone);

  return (
    <div class="page page-narrow">
      <PageHead title="Settings" />
      <SettingsTabs current="/app/settings/general" />
      {refused !== null && <Notice tone="neutral">You can look at these settings but not change them. {refused}</Notice>}
      {error !== undefined && data === undefined && <ErrorState error={error} onRetry={reload} />}
      {draft === null && error === undefined && <Skeleton rows={3} />}
      {draft !== null && (
        <section class="card" aria-label="General">
          <h2>General</h2>
          <div class="form">
            <Field label="Team name" name="name" value={draft.name} error={problems["name"]} locked={refused !== null} onInput={(name) => setDraft({ ...draft, name })} />
            <Select
              label="Time zone"
              name="timeZone"
              value={draft.timeZone}
              error={problems["timeZone"]}
              locked={refused !== null}
              options={zones(draft.timeZone)}
              hint={`Dates and times are shown in it. There it is now ${dateTime(new Date().toISOString(), draft.timeZone)}.`}
              onChange={(timeZone) => setDraft({ ...draft, timeZone })}
            />
            {refused === null && <div><Button kind="primary" disabled={!changed} onClick={save}>Save</Button></div>}
          </div>
        </section>
      )}
    </div>
  );
}

function zones(current: string): { value: string; label: string }[] {
  const all = new Set(["UTC", current, ...Intl.supportedValuesOf("timeZone")]);
  return [...all].sort().map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));
}
