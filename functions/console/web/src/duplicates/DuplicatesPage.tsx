// Contacts that are probably one person, each group with the reason, and the way to merge them.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { ContactRow, Duplicates, DuplicatesPage as Page } from "../api/types";
import { useLoad } from "../api/useLoad";
import { whenContactsChange } from "../contacts/changes";
import { refusal, useSigned } from "../session/me";
import { Button } from "../ui/Button";
import { Badge, EmptyState, ErrorState, many, Notice, PageHead, Pager, Skeleton } from "../ui/parts";
import { MergeDialog } from "./MergeDialog";

const PAGE_SIZE = 25;

export function DuplicatesPage() {
  const { me } = useSigned();
  const [page, setPage] = useState(1);
  const [pair, setPair] = useState<[string, string] | null>(null);
  const { data, error, loading, reload } = useLoad(String(page), (signal) => call<Page>("/v1/contacts/duplicates", { query: { page, pageSize: PAGE_SIZE }, signal }));
  useEffect(() => whenContactsChange(reload), [reload]);
  // A page that is no longer there, after its last group was merged, leads to the last one.
  const last = data === undefined ? 1 : Math.max(1, Math.ceil(data.total / PAGE_SIZE));
  useEffect(() => {
    if (!loading && data !== undefined && data.page > last) setPage(last);
  }, [loading, data, last]);
  const refused = refusal(me.can.modifyContacts);

  return (
    <div class="page">
      <PageHead title="Duplicates" note="Contacts that share an address, a phone, or name and company. Merging can be undone for 30 days." />
      {error !== undefined && data === undefined && <ErrorState error={error} onRetry={reload} />}
      {error !== undefined && data !== undefined && <div role="alert"><Notice tone="bad">{messageOf(error)} <Button small onClick={reload}>Try again</Button></Notice></div>}
      {data === undefined && error === undefined && <Skeleton />}
      {data !== undefined && data.total === 0 && <EmptyState icon="check" title="No duplicates">No two contacts look like the same person.</EmptyState>}
      {data !== undefined && data.items.length > 0 && (
        <>
          <p class="hint" role="status">{many(data.total, "group")}</p>
          <ul class="groups">
            {data.items.map((group) => <Group key={group.contacts.map((contact) => contact.id).join()} group={group} refused={refused} onMerge={(a, b) => setPair([a, b])} />)}
          </ul>
          <Pager page={data.page} pageSize={PAGE_SIZE} total={data.total} onPage={setPage} />
        </>
      )}
      {pair !== null && <MergeDialog ids={pair} onClose={() => setPair(null)} onMerged={() => {
        setPair(null);
        reload();
      }} />}
    </div>
  );
}

interface GroupProps {
  group: Duplicates;
  refused: string | null;
  onMerge: (keep: string, remove: string) => void;
}

function Group({ group, refused, onMerge }: GroupProps) {
  const [keep, setKeep] = useState(0);
  const { contacts, reasons } = group;
  const kept = contacts[keep] ?? contacts[0];
  const pairOnly = contacts.length === 2;
  return (
    <li class="card group">
      <div class="group-head">
        <span class="group-reasons">{reasons.map((reason) => <Badge key={`${reason.kind} ${reason.value ?? ""}`} tone="info">{reasonText(reason)}</Badge>)}</span>
        {pairOnly && <Button icon="merge" small reason={refused} onClick={() => onMerge(contacts[0]?.id ?? "", contacts[1]?.id ?? "")}>Merge</Button>}
      </div>
      {!pairOnly && <p class="hint">{many(contacts.length, "contact")}. Choose which one to keep, then merge the others into it one by one.</p>}
      <ul class="group-list">
        {contacts.map((contact, index) => (
          <li key={contact.id} class="group-contact">
            {!pairOnly && (
              <label class="check">
                <input type="radio" name={`keep-${contacts[0]?.id}`} aria-label={`Keep ${contact.displayName}`} checked={index === keep} onChange={() => setKeep(index)} />
              </label>
            )}
            <Person contact={contact} />
            {!pairOnly && (index === keep
              ? <Badge tone="good">keep</Badge>
              : <Button icon="merge" small reason={refused} onClick={() => onMerge(kept?.id ?? "", contact.id)}>Merge into the kept one</Button>)}
          </li>
        ))}
      </ul>
    </li>
  );
}

function Person({ contact }: { contact: ContactRow }) {
  const reach = [contact.primaryEmail, ...Object.values(contact.emails), ...Object.values(contact.phones)].filter(Boolean);
  return (
    <span class="person">
      <a href={`/app/contacts/${contact.id}`}>{contact.displayName}</a>
      {!contact.contactIsActive && <Badge>Inactive</Badge>}
      <span class="hint">{[contact.company, ...reach].filter(Boolean).join(" · ")}</span>
    </span>
  );
}

function reasonText({ kind, value }: Duplicates["reasons"][number]): string {
  if (kind === "email") return `Same email ${value ?? ""}`;
  if (kind === "phone") return `Same phone ${value ?? ""}`;
  return "Same name and company";
}
