// One contact: the read-only view and the editor share it. Loads the contact, its history and where each value came from.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import type { ContactWithMail, HistoryPage } from "../api/types";
import { useLoad } from "../api/useLoad";
import { remove } from "../contacts/actions";
import { lastList } from "../contacts/lastList";
import { copyContactLink } from "../contacts/portalLinks";
import { navigate } from "../router";
import { refusal, useSigned } from "../session/me";
import { Button } from "../ui/Button";
import { confirm } from "../ui/confirm";
import { Menu } from "../ui/Menu";
import { Badge, ErrorState, Notice, PageHead, Skeleton } from "../ui/parts";
import { WhyPanel } from "../why/WhyPanel";
import { ContactForm } from "./ContactForm";
import { ContactEditor } from "./ContactEditor";
import { flatten, toDraft } from "./draft";
import { MailProblems } from "./MailProblems";
import { origins } from "./provenance";

export function ContactPage({ id, edit }: { id: string; edit: boolean }) {
  const { me } = useSigned();
  const contact = useLoad(id, (signal) => call<ContactWithMail>(`/v1/contacts/${id}`, { signal }));
  const version = contact.data?.version ?? 0;
  const history = useLoad(id, (signal) => call<HistoryPage>(`/v1/contacts/${id}/history`, { query: { pageSize: 200 }, signal }));
  // It is asked for together with the contact, and again after a change.
  const seen = useRef(0);
  useEffect(() => {
    if (seen.current !== 0 && seen.current !== version) history.reload();
    seen.current = version;
  }, [version]);
  const known = useMemo(() => origins(history.data?.items ?? []), [history.data]);
  const [why, setWhy] = useState(false);
  const refused = refusal(me.can.modifyContacts);
  const name = contact.data?.displayName ?? "Contact";

  useEffect(() => {
    if (contact.data !== undefined) document.title = `${name} · KDesk Contacts`;
  }, [name]);

  if (contact.error !== undefined && contact.data === undefined) {
    return <div class="page"><PageHead title="Contact" back={lastList()} /><ErrorState error={contact.error} onRetry={contact.reload} /></div>;
  }
  if (contact.data === undefined || contact.data.id !== id) {
    return <div class="page"><PageHead title="Contact" back={lastList()} /><Skeleton /></div>;
  }

  const data = contact.data;
  const problems = data.mailProblems;
  const shared = { origins: known, history };
  if (edit && refused === null) {
    return <ContactEditor key={id} contact={data} {...shared} onSaved={(saved) => {
      contact.set({ ...saved, mailProblems: problems });
      // Another address may have other problems.
      contact.reload();
    }} />;
  }

  const askRemove = async (): Promise<void> => {
    const sure = await confirm({
      title: `Delete ${name}?`,
      text: "The contact disappears for every member at once. For 30 days the deletion can be undone from Jobs.",
      yes: "Delete 1 contact",
      danger: true,
    });
    if (sure && (await remove(id, name))) await navigate(lastList().href);
  };
  return (
    <div class="page">
      <PageHead
        title={name}
        back={lastList()}
        badge={<Badge tone={data.contactIsActive === true ? "good" : "neutral"}>{data.contactIsActive === true ? "Active" : "Inactive"}</Badge>}
        note={[data.job, data.company].filter(Boolean).join(" · ") || undefined}
        actions={
          <>
            <Button icon="question" onClick={() => setWhy(true)}>Why?</Button>
            <Menu label="More actions" items={[
              { label: "Copy portal link", icon: "copy", reason: refused, onSelect: () => void copyContactLink(id, name) },
              { label: "Delete", icon: "trash", danger: true, reason: refused, onSelect: () => void askRemove() },
            ]} />
            <Button kind="primary" icon="pencil" reason={refused} onClick={() => void navigate(`/app/contacts/${id}/edit`)}>Edit</Button>
          </>
        }
      />
      {refused !== null && <Notice tone="neutral">You can look at this contact but not change it. {refused}</Notice>}
      <MailProblems id={id} problems={problems} refused={refused} onCleared={(address) => contact.set({ ...data, mailProblems: problems.filter((each) => each.address !== address) })} />
      <ContactForm id={id} draft={toDraft(flatten(data))} errors={{}} locked derivedName={name} contact={data} {...shared} />
      {why && <WhyPanel id={id} name={name} onClose={() => setWhy(false)} />}
    </div>
  );
}
