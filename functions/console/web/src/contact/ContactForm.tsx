// The sections of a contact, with their list on the left. Read-only and editable are one form, so that both look the same.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Contact, HistoryPage } from "../api/types";
import type { Load } from "../api/useLoad";
import { useSigned } from "../session/me";
import { Field } from "../ui/Field";
import { Switch } from "../ui/Switch";
import { dateTime } from "../ui/time";
import { ContactPicker } from "./ContactPicker";
import type { Draft } from "./draft";
import { SECTIONS, type FieldInfo } from "./fields";
import { HistoryList } from "./HistoryList";
import { LabeledRows } from "./LabeledRows";
import { OriginNote } from "./OriginNote";
import type { Origin } from "./provenance";

const SETTLE_MILLISECONDS = 400;

interface Props {
  id: string | null;
  draft: Draft;
  onDraft?: (draft: Draft) => void;
  errors: Record<string, string>;
  locked: boolean;
  derivedName: string;
  contact: Contact | null;
  origins: Record<string, Origin>;
  history: Load<HistoryPage> | null;
}

export function ContactForm(props: Props) {
  const { id, draft, onDraft, errors, locked, contact, origins, history } = props;
  const { me } = useSigned();
  const place = useRef<HTMLDivElement>(null);
  const sections = [...SECTIONS.map(({ id, title }) => ({ id, title })), ...(contact === null ? [] : [{ id: "history", title: "History" }])];
  const [current, goTo] = useCurrentSection(place, sections.map((section) => section.id));

  // A link such as …/edit#portalAccess leads to the field.
  useEffect(() => {
    const name = decodeURIComponent(location.hash.slice(1));
    const field = place.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`);
    if (name === "" || field === null || field === undefined) return;
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  }, []);

  const set = (name: string, value: string | boolean): void => onDraft?.({ ...draft, values: { ...draft.values, [name]: value } });
  return (
    <div class={locked ? "contact contact-locked" : "contact"}>
      <nav class="sections" aria-label="Sections">
        {sections.map(({ id: section, title }) => (
          <a
            key={section}
            href={`#${section}`}
            class="section-link"
            aria-current={section === current ? "true" : undefined}
            onClick={(event) => {
              event.preventDefault();
              goTo(section);
              const heading = place.current?.querySelector<HTMLElement>(`#${section} h2`);
              heading?.scrollIntoView({ block: "start" });
              heading?.focus({ preventScroll: true });
            }}
          >
            {title}
          </a>
        ))}
      </nav>
      <div class="contact-form" ref={place}>
        {SECTIONS.map((section) => (
          <section key={section.id} id={section.id} class="card" aria-labelledby={`${section.id}-title`}>
            <h2 id={`${section.id}-title`} tabIndex={-1}>{section.title}</h2>
            <div class="fields">
              {section.fields.map((field) => (
                <div key={field.name} class={field.half === true ? "half" : "whole"}>
                  <OneField {...props} field={field} onSet={set} />
                </div>
              ))}
              {section.id === "reach" && (["emails", "phones"] as const).map((map) => (
                <div key={map} class="whole">
                  <LabeledRows map={map} rows={draft[map]} errors={errors} origins={origins} locked={locked} onRows={(rows) => onDraft?.({ ...draft, [map]: rows })} />
                </div>
              ))}
            </div>
          </section>
        ))}
        {contact !== null && id !== null && history !== null && (
          <section id="history" class="card" aria-labelledby="history-title">
            <h2 id="history-title" tabIndex={-1}>History</h2>
            <p class="hint">
              Added {dateTime(contact.createdAt, me.timeZone)}, last changed {dateTime(contact.updatedAt, me.timeZone)}, version {contact.version}.
              {contact.lastSignInAt == null ? " Never signed in to the portal." : ` Last sign-in ${dateTime(contact.lastSignInAt, me.timeZone)}.`}
            </p>
            <HistoryList id={id} load={history} />
          </section>
        )}
      </div>
    </div>
  );
}

function OneField({ id, draft, errors, locked, derivedName, origins, field, onSet }: Props & { field: FieldInfo; onSet: (name: string, value: string | boolean) => void }) {
  const { name, title, kind, hint } = field;
  const value = draft.values[name];
  const text = typeof value === "string" ? value : "";
  const aside = <OriginNote origin={origins[name]} />;
  const shared = { label: title, name, error: errors[name], hint: locked ? undefined : hint, aside };
  if (kind === "switch") {
    return <Switch {...shared} hint={hint} checked={value === true} locked={locked ? "" : null} onChange={(on) => onSet(name, on)} />;
  }
  if (kind === "contact") {
    return <ContactPicker {...shared} hint={hint} value={text} except={id} locked={locked} onPick={(picked) => onSet(name, picked)} />;
  }
  const derived = name === "displayName" && text === "" && derivedName !== "" ? { placeholder: derivedName } : locked ? { placeholder: "–" } : {};
  return <Field {...shared} {...derived} value={text} locked={locked} long={kind === "long"} type={kind === "email" ? "email" : "text"} onInput={(typed) => onSet(name, typed)} />;
}

/** The section that is read at the moment: the one just gone to, else the last whose head has passed the upper part of the window. */
function useCurrentSection(place: { current: HTMLElement | null }, ids: string[]): [string, (id: string) => void] {
  const [current, setCurrent] = useState(ids[0] ?? "");
  const gone = useRef(0);
  useEffect(() => {
    const look = (): void => {
      if (performance.now() - gone.current < SETTLE_MILLISECONDS) return;
      const passed = ids.filter((id) => (place.current?.querySelector(`#${id}`)?.getBoundingClientRect().top ?? Infinity) < 180);
      setCurrent(passed[passed.length - 1] ?? ids[0] ?? "");
    };
    document.addEventListener("scroll", look, { capture: true, passive: true });
    return () => document.removeEventListener("scroll", look, { capture: true });
  }, [ids.length]);
  const goTo = (id: string): void => {
    gone.current = performance.now();
    setCurrent(id);
  };
  return [current, goTo];
}
