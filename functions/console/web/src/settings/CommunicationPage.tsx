// Settings > Communication: the team's switches. Each is stored at once; who may not change them sees why.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { Communication } from "../api/types";
import { turns } from "../api/turns";
import { useLoad } from "../api/useLoad";
import { refusal, useSigned } from "../session/me";
import { ErrorState, Notice, PageHead, Skeleton } from "../ui/parts";
import { Switch } from "../ui/Switch";
import { toast } from "../ui/Toast";
import { SettingsTabs } from "./SettingsTabs";
import { GROUPS, type SwitchInfo } from "./switches";

const PATH = "/v1/team/settings/communication";

export function CommunicationPage() {
  const { me, reload: reloadMe } = useSigned();
  const { data, error, set, reload } = useLoad("communication", (signal) => call<Communication>(PATH, { signal }));
  const [inTurn] = useState(turns);
  // What was switched and not answered yet stands over what is stored.
  const [waiting, setWaiting] = useState<Partial<Communication>[]>([]);
  const refused = refusal(me.can.modifyTeamSettings);

  // A link such as #portal, from Why?, leads to the switch.
  useEffect(() => {
    const name = location.hash.slice(1);
    const field = data === undefined || name === "" ? null : document.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`);
    field?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }, [data === undefined]);

  const change = async ({ name, title }: SwitchInfo, on: boolean): Promise<void> => {
    setWaiting((all) => [...all, { [name]: on }]);
    await inTurn(() => store(name, title, on));
    setWaiting((all) => all.slice(1));
  };
  const store = async (name: SwitchInfo["name"], title: string, on: boolean): Promise<void> => {
    try {
      // Read anew first, so that what another member switched in the meantime stays.
      const now = await call<Communication>(PATH);
      set(await call<Communication>(PATH, { method: "PUT", body: { ...now, [name]: on } }));
      toast(`“${title}” is ${on ? "on" : "off"}.`);
      reloadMe();
    } catch (problem) {
      toast(`“${title}” was not changed. ${messageOf(problem)}`, { kind: "bad" });
    }
  };

  const shown = data === undefined ? undefined : Object.assign({}, data, ...waiting) as Communication;
  return (
    <div class="page page-narrow">
      <PageHead title="Settings" />
      <SettingsTabs current="/app/settings/communication" />
      {refused !== null && <Notice tone="neutral">You can look at these switches but not change them. {refused}</Notice>}
      {error !== undefined && data === undefined && <ErrorState error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Skeleton />}
      {shown !== undefined && GROUPS.map((group) => (
        <section key={group.title} class="card settings-group" aria-label={group.title}>
          <h2>{group.title}</h2>
          <p class="hint">{group.text}{group.more !== undefined && <> <a href={group.more.href}>{group.more.text}</a>.</>}</p>
          {group.switches.map((info) => (
            <Switch key={info.name} name={info.name} label={info.title} hint={info.text} checked={shown[info.name]} locked={refused === null ? null : ""} onChange={(on) => void change(info, on)} />
          ))}
        </section>
      ))}
    </div>
  );
}
