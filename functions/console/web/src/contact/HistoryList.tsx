// What happened to a contact, newest first: who or what, when, each field's old and new value.
import { useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { Entry, HistoryPage } from "../api/types";
import type { Load } from "../api/useLoad";
import { nameOf, useSigned } from "../session/me";
import { Button } from "../ui/Button";
import { Notice, Skeleton } from "../ui/parts";
import { toast } from "../ui/Toast";
import { dateTime } from "../ui/time";
import { Changes } from "./Changes";
import { PORTAL_WAYS, wayOf } from "./provenance";

interface Props {
  id: string;
  /** Its first page. */
  load: Load<HistoryPage>;
}

const SHOWN = 20;
const EVENTS: Record<Entry["event"], string> = {
  created: "Added",
  updated: "Changed",
  deleted: "Deleted",
  restored: "Brought back",
  signedIn: "Signed in to the portal",
  signedOut: "Signed out of the portal",
  signInRefused: "Refused at the portal",
  accountLinked: "Account linked for signing in",
  accountRemoved: "Account for signing in unlinked",
  signInLimitsCleared: "Codes allowed again",
};

/** Who or what it was: a member by hand, a job of a member, or the contact in the portal. */
function doer(entry: Entry, members: Parameters<typeof nameOf>[0]): string {
  const { author, portal } = entry;
  if (portal != null) return [PORTAL_WAYS[portal.way], portal.device, portal.reason].filter((part) => part != null).join(", ");
  const name = nameOf(members, author.member ?? "");
  return author.source === "member" ? `by ${name}` : `by ${wayOf(author.source)}, ${name}`;
}

export function HistoryList({ id, load }: Props) {
  const { me, members } = useSigned();
  const [shown, setShown] = useState(SHOWN);
  const [older, setOlder] = useState<{ items: Entry[]; next: string | null }>({ items: [], next: null });
  const [began, setBegan] = useState(false);
  const all = [...(load.data?.items ?? []), ...older.items];
  const hasMore = all.length > shown || (began ? older.next !== null : load.data?.next != null);

  const show = async (): Promise<void> => {
    setShown(shown + SHOWN);
    if (all.length > shown + SHOWN || (began ? older.next === null : load.data?.next == null)) return;
    try {
      const from = began ? older.next : load.data?.next;
      const page = await call<HistoryPage>(`/v1/contacts/${id}/history`, { query: { pageSize: 200, cursor: from ?? null } });
      setBegan(true);
      setOlder({ items: [...older.items, ...page.items], next: page.next ?? null });
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
  };

  if (load.data === undefined && load.error !== undefined) {
    return <div role="alert"><Notice tone="bad">The history could not be read. {messageOf(load.error)} <Button small onClick={load.reload}>Try again</Button></Notice></div>;
  }
  if (load.data === undefined) return <Skeleton rows={3} />;
  if (all.length === 0) return <p class="hint">The first entry appears in a moment.</p>;
  return (
    <>
      <ol class="history">
        {all.slice(0, shown).map((entry) => (
          <li key={`${entry.version}-${entry.event}-${entry.at}`} class="history-entry">
            <p class="history-head">
              <strong>{EVENTS[entry.event]}</strong> {doer(entry, members)}
              <span class="hint"> · {dateTime(entry.at, me.timeZone)} · version {entry.version}</span>
              {entry.author.job != null && <> · <a href={`/app/jobs/${entry.author.job}`}>Job</a></>}
            </p>
            <Changes changes={entry.changes} />
          </li>
        ))}
      </ol>
      {hasMore && <Button small onClick={show}>Show older changes</Button>}
    </>
  );
}
