// Settings > Members: who works in this team and what each may do.
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { Member, Permission } from "../api/types";
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
const OWN = "You cannot take this from yourself: nobody might be left who can give it back. Ask another member.";

export function MembersPage() {
  const { me, reload: reloadMe } = useSigned();
  const { data, error, set, reload } = useLoad("members", (signal) => call<{ items: Member[] }>("/v1/members", { signal }));
  const refused = refusal(me.can.modifyTeamSettings);

  const change = async (member: Member, permission: Permission, on: boolean): Promise<void> => {
    if (data === undefined) return;
    const put = (changed: Member): void => set({ items: data.items.map((each) => (each.id === changed.id ? changed : each)) });
    const permissions = on ? [...member.permissions, permission] : member.permissions.filter((each) => each !== permission);
    put({ ...member, permissions });
    try {
      put(await call<Member>(`/v1/members/${encodeURIComponent(member.id)}/permissions`, { method: "PUT", body: { permissions } }));
      toast(`Saved. It acts on ${member.id === me.member.id ? "your" : `${member.name}'s`} next request.`);
      if (member.id === me.member.id) reloadMe();
    } catch (problem) {
      put(member);
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
            const own = member.id === me.member.id && name === "modifyTeamSettings" && member.permissions.includes(name);
            return (
              <Switch
                key={name}
                label={title}
                hint={text}
                checked={member.permissions.includes(name)}
                locked={refused !== null ? "" : own ? OWN : null}
                onChange={(on) => void change(member, name, on)}
              />
            );
          })}
        </section>
      ))}
    </div>
  );
}
