// Finds one contact by searching: a text field with a list below it, moved through by the arrow keys.
import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { call } from "../api/client";
import type { Contact, ContactPage } from "../api/types";
import { useLoad } from "../api/useLoad";
import { debounce } from "../contacts/debounce";
import { Button } from "../ui/Button";

/** Said at the field when something was typed and nobody picked. */
export const NOT_CHOSEN = "Nobody was chosen. Pick a contact from the list, or empty the field.";

interface Props {
  label: string;
  name: string;
  value: string;
  /** This contact itself is not offered. */
  except: string | null;
  error: string | undefined;
  hint: string | undefined;
  aside: preact.ComponentChildren;
  locked: boolean;
  onPick: (id: string) => void;
}

export function ContactPicker({ label, name, value, except, error: refused, hint, aside, locked, onPick }: Props) {
  const id = useId();
  const [text, setText] = useState("");
  const [left, setLeft] = useState(false);
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const ask = useMemo(() => debounce(setQ, 60), []);
  useEffect(() => ask.cancel, [ask]);

  const chosen = useLoad(value === "" ? null : value, (signal) => call<Contact>(`/v1/contacts/${value}`, { signal }));
  const found = useLoad(q === "" ? null : q, (signal) => call<ContactPage>("/v1/contacts", { query: { q, pageSize: 8 }, signal }));
  const offers = q === "" ? [] : (found.data?.items ?? []).filter((row) => row.id !== except);
  useEffect(() => setAt(0), [found.data]);

  const error = refused ?? (left && text.trim() !== "" ? NOT_CHOSEN : undefined);
  const pick = (picked: string): void => {
    onPick(picked);
    setText("");
    ask.cancel();
    setQ("");
  };
  const keys = (event: KeyboardEvent): void => {
    const offer = offers[at];
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, offers.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter" && offer !== undefined) pick(offer.id);
    else if (event.key === "Escape" && text !== "") {
      setText("");
      setQ("");
    } else return;
    event.preventDefault();
  };

  return (
    <div class={error === undefined ? "field" : "field field-wrong"}>
      <div class="field-top">
        <label for={id}>{label}</label>
        {aside}
      </div>
      {value !== "" ? (
        <div class="picked input">
          <a id={id} data-field={name} href={`/app/contacts/${value}`}>{chosen.data?.displayName ?? (chosen.error === undefined ? "…" : "A contact that is not here any more")}</a>
          {!locked && <Button kind="quiet" small icon="close" label={`Clear ${label}`} onClick={() => onPick("")} />}
        </div>
      ) : locked ? <input id={id} class="input" readOnly value="" placeholder="–" data-field={name} /> : (
        <div class="picker">
          <input
            id={id}
            class="input"
            role="combobox"
            aria-expanded={offers.length > 0}
            aria-controls={`${id}-list`}
            aria-activedescendant={offers[at] === undefined ? undefined : `${id}-${at}`}
            aria-autocomplete="list"
            aria-invalid={error !== undefined}
            aria-describedby={`${id}-more`}
            data-field={name}
            autoComplete="off"
            placeholder="Type a name, company or address"
            value={text}
            onInput={(event) => {
              setText(event.currentTarget.value);
              ask(event.currentTarget.value.trim());
            }}
            onKeyDown={keys}
            onFocus={() => setLeft(false)}
            onBlur={() => {
              setLeft(true);
              ask.cancel();
              setQ("");
            }}
          />
          <ul id={`${id}-list`} role="listbox" aria-label={label} class="picker-list" hidden={offers.length === 0}>
            {offers.map((row, index) => (
              <li key={row.id} id={`${id}-${index}`} role="option" aria-selected={index === at} class="picker-item" onMouseDown={(event) => {
                event.preventDefault();
                pick(row.id);
              }}>
                <span>{row.displayName}</span>
                <span class="hint">{[row.company, row.primaryEmail].filter(Boolean).join(" · ")}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div id={`${id}-more`} class="field-more">
        {error !== undefined && <p class="problem">{error}</p>}
        {hint !== undefined && !locked && <p class="hint">{hint}</p>}
      </div>
    </div>
  );
}
