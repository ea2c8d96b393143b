// Settings > Members: who works in this team and what each may do.
import { useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { Member, Permission } from "../api/types";
import { turns } from "../api/turns";
import { useLoad } from "../api/useLoad";
import { refusal, useSigned } from "../session/me";
import { Badge, ErrorState, Notice, PageHead, Skeleton } from "../ui/parts";
import { Switch } from "../ui/Switch";
import { toast } from "../ui/Toast";
import { SettingsTabs } from "./SettingsTabs";

const PERMISSIONS: { name: Permission; title: string; text: string }[] = [
  { name: "modifyContacts", title: "Modify contacts", text: "Add, change, merge and delete contacts, and run bulk actions." },
  { name: "importContacts", title: "Import contacts (bulk)", text: "Import contacts from a file." },
  { name: "modifyContactSyncs", title: "Modify contact syncs", text: "Set up and run directory syncs." },
  { name: "modifyTeamSettings", title: "Modify team settings", text: "Change the team's settings and what members may do." },
  { name: "modifyTickets", title: "Modify tickets", text: "Add and change tickets." },
];
const PATH = "/v1/members";
const OWN = "You cannot take this from yourself: nobody might be left who can give it back. Ask another member.";

interface Change {
  id: string;
  permission: Permission;
  on: boolean;
}

export function MembersPage() {
  const { me, reload: reloadMe } = useSigned();
  const { data, error, set, reload } = useLoad("members", (signal) => call<{ items: Member[] }>(PATH, { signal }));
  const [inTurn] = useState(turns);
  // What was switched and not answered yet stands over what is stored.
  const [waiting, setWaiting] = useState<Change[]>([]);
  const refused = refusal(me.can.modifyTeamSettings);

  const change = async (wanted: Change, name: string): Promise<void> => {
    setWaiting((all) => [...all, wanted]);
    await inTurn(() => store(wanted, name));
    setWaiting((all) => all.slice(1));
  };
  const store = async (wanted: Change, name: string): Promise<void> => {
    try {
      // Read anew first: the whole set is written, and what was switched in the meantime stays.
      const { items } = await call<{ items: Member[] }>(PATH);
      const permissions = items.find((each) => each.id === wanted.id)?.permissions ?? [];
      const body = { permissions: withChanges(permissions, [wanted]) };
      const changed = await call<Member>(`${PATH}/${encodeURIComponent(wanted.id)}/permissions`, { method: "PUT", body });
      set({ items: items.map((each) => (each.id === changed.id ? changed : each)) });
      toast(`Saved. It acts on ${changed.id === me.member.id ? "your" : `${name}'s`} next request.`);
      if (changed.id === me.member.id) reloadMe();
    } catch (problem) {
      toast(messageOf(problem), { kind: "bad" });
    }
  };

  return (
    <div class="page page-narrow">
      <PageHead title="Settings" />
      <SettingsTabs current="/app/settings/members" />
      {refused !== null && <Notice tone="neutral">You can look at these permissions but not change them. {refused}</Notice>}
      {error !== undefined && data === undefined && <ErrorState error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Skeleton />}
      {data?.items.map((member) => (
        <section key={member.id} class="card member" aria-label={member.name || member.email}>
          <h2>{member.name || member.email} {member.id === me.member.id && <Badge tone="info">you</Badge>}</h2>
          <p class="hint">{member.email}</p>
          {PERMISSIONS.map(({ name, title, text }) => {
            const has = withChanges(member.permissions, waiting.filter(({ id }) => id === member.id)).includes(name);
            const own = member.id === me.member.id && name === "modifyTeamSettings" && has;
            return (
              <Switch
                key={name}
                label={title}
                hint={text}
                checked={has}
                locked={refused !== null ? "" : own ? OWN : null}
                onChange={(on) => void change({ id: member.id, permission: name, on }, member.name || member.email)}
              />
            );
          })}
        </section>
      ))}
    </div>
  );
}

function withChanges(permissions: readonly Permission[], changes: readonly Change[]): Permission[] {
  const all = new Set(permissions);
  for (const { permission, on } of changes) {
    if (on) all.add(permission);
    else all.delete(permission);
  }
  return [...all];
}
