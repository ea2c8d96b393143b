// Edits a contact or makes a new one: validation at the field, a guard for unsaved changes, and conflicts with other members.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf, Problem, sentence, type FieldProblem } from "../api/problem";
import type { Contact, HistoryPage } from "../api/types";
import type { Load } from "../api/useLoad";
import { useOnce } from "../api/useOnce";
import { contactsChanged } from "../contacts/changes";
import { lastList } from "../contacts/lastList";
import { navigate } from "../router";
import { Button } from "../ui/Button";
import { Notice, PageHead } from "../ui/parts";
import { toast } from "../ui/Toast";
import { useUnsavedGuard } from "../ui/unsaved";
import { ConflictDialog } from "./ConflictDialog";
import { NOT_CHOSEN } from "./ContactPicker";
import { ContactForm } from "./ContactForm";
import { doubled, flatten, fromDraft, isChanged, patch, toDraft, type Flat } from "./draft";
import { titleOf } from "./fields";
import type { Origin } from "./provenance";

interface Props {
  /** Null makes a new one. */
  contact: Contact | null;
  origins: Record<string, Origin>;
  /** Of a contact that is there. */
  history: Load<HistoryPage> | null;
  onSaved: (contact: Contact) => void;
}

const DEFAULTS: Flat = {
  contactIsActive: true,
  notifyTicketCreated: true,
  notifyTicketUpdated: true,
  notifyTicketCommented: true,
  notifyTicketClosed: true,
  notifyFormAssigned: true,
  portalAccess: false,
  canComment: false,
  canCloseTickets: false,
  canCreateRequests: false,
};

interface Refused {
  text: string;
  holder: string | null;
}

export function ContactEditor({ contact, origins, history, onSaved }: Props) {
  const [saved, setSaved] = useState({ flat: contact === null ? DEFAULTS : flatten(contact), version: contact?.version ?? 0 });
  const [draft, setDraft] = useState(() => toDraft(saved.flat));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [refused, setRefused] = useState<Refused | null>(null);
  const [conflict, setConflict] = useState<{ theirs: Flat; version: number; mine: Flat } | null>(null);
  const form = useRef<HTMLDivElement>(null);
  const once = useOnce();
  const leaving = useRef(false);

  const mine = useMemo(() => fromDraft(draft), [draft]);
  const dirty = isChanged(saved.flat, mine);
  useUnsavedGuard(dirty, "You changed this contact.", leaving);

  const finish = async (result: Contact): Promise<void> => {
    leaving.current = true;
    contactsChanged();
    onSaved(result);
    toast(contact === null ? `${result.displayName ?? "The contact"} was added.` : "Saved.");
    await navigate(`/app/contacts/${result.id}`, contact === null ? "replace" : "push");
  };
  const send = (flat: Flat, base: Flat, version: number): Promise<Contact> => {
    if (contact !== null) return call<Contact>(`/v1/contacts/${contact.id}`, { method: "PATCH", body: patch(base, flat), version });
    const body = patch({}, flat);
    return once(body, (name) => call<Contact>("/v1/contacts", { method: "POST", body, once: name }));
  };

  const save = async (flat: Flat = mine, base: Flat = saved.flat, version: number = saved.version): Promise<void> => {
    if (doubled(draft.emails).size + doubled(draft.phones).size > 0) return focusFirst();
    const typed = form.current?.querySelector<HTMLInputElement>(".picker input");
    if (typed != null && typed.value.trim() !== "") {
      setErrors({ [typed.dataset["field"] ?? ""]: NOT_CHOSEN });
      return focusFirst();
    }
    setErrors({});
    setRefused(null);
    try {
      await finish(await send(flat, base, version));
    } catch (error) {
      await refuse(error, flat);
    }
  };
  const refuse = async (error: unknown, flat: Flat): Promise<void> => {
    if (error instanceof Problem && error.code === "stale_version") {
      const current = error.more["current"] as Contact;
      const theirs = flatten(current);
      // The answer to an earlier attempt was lost: what is stored is what was typed.
      if (!isChanged(theirs, flat)) return finish(current);
      setConflict({ theirs, version: current.version, mine: flat });
      return undefined;
    }
    setConflict(null);
    if (error instanceof Problem && typeof error.more["holder"] === "string") {
      const field = typeof error.more["field"] === "string" ? error.more["field"] : "primaryEmail";
      setErrors({ [field]: `Another contact has this ${titleOf(field)}.` });
      setRefused({ text: error.message, holder: error.more["holder"] });
    } else if (error instanceof Problem && error.problems.length > 0) {
      setErrors(Object.fromEntries(error.problems.map(placed)));
      setRefused({ text: `${error.problems.map(({ field }) => titleOf(field)).join(", ")}: please mend what is marked below.`, holder: null });
    } else {
      setRefused({ text: messageOf(error), holder: null });
    }
    return focusFirst();
  };
  const focusFirst = (): void => {
    requestAnimationFrame(() => {
      const wrong = form.current?.querySelector<HTMLElement>("[aria-invalid=true]") ?? form.current?.querySelector<HTMLElement>(".problem");
      wrong?.focus();
      wrong?.scrollIntoView({ block: "center" });
    });
  };

  useEffect(() => {
    const keys = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      form.current?.querySelector<HTMLElement>(".save button")?.click();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);

  const back = contact === null ? lastList() : { href: `/app/contacts/${contact.id}`, label: contact.displayName ?? "Contact" };
  return (
    <div class="page page-editor" ref={form}>
      <PageHead
        title={contact === null ? "New contact" : `Edit ${contact.displayName ?? "contact"}`}
        back={back}
        actions={
          <>
            {dirty && <span class="unsaved">Unsaved changes</span>}
            <Button onClick={() => void navigate(back.href)}>Cancel</Button>
            <span class="save"><Button kind="primary" disabled={!dirty} onClick={() => save()}>{contact === null ? "Add contact" : "Save"}</Button></span>
          </>
        }
      />
      {refused !== null && (
        <div role="alert">
          <Notice tone="bad">
            {refused.text} {refused.holder !== null && <a href={`/app/contacts/${refused.holder}`} target="_blank" rel="noopener">Look at that contact</a>}
          </Notice>
        </div>
      )}
      <ContactForm
        id={contact?.id ?? null}
        draft={draft}
        onDraft={setDraft}
        errors={errors}
        locked={false}
        derivedName={contact?.displayName ?? ""}
        contact={contact}
        origins={origins}
        history={history}
      />
      {conflict !== null && (
        <ConflictDialog
          key={conflict.version}
          base={saved.flat}
          mine={conflict.mine}
          theirs={conflict.theirs}
          onClose={() => setConflict(null)}
          onChoose={async (result) => {
            // From here on the form stands on their version, so that a further refusal loses nothing.
            setSaved({ flat: conflict.theirs, version: conflict.version });
            setDraft(toDraft(result));
            await save(result, conflict.theirs, conflict.version);
          }}
        />
      )}
    </div>
  );
}

/** A problem of a labeled email or phone names its label first: “billing”: an email address has … */
function placed({ field, problem }: FieldProblem): [string, string] {
  const labeled = /^“(.*?)”: ?(.*)$/s.exec(problem);
  if (labeled === null || (field !== "emails" && field !== "phones")) return [field, sentence(problem)];
  return [`${field}.${labeled[1] ?? ""}`, sentence(labeled[2] ?? "")];
}
