// Labeled emails or phones as rows: a label and a value each, added and removed one by one.
import { useRef } from "preact/hooks";
import { Button } from "../ui/Button";
import { doubled, freeLabel, labeledRow, type LabeledRow } from "./draft";
import { OriginNote } from "./OriginNote";
import type { Origin } from "./provenance";

interface Props {
  map: "emails" | "phones";
  rows: LabeledRow[];
  onRows: (rows: LabeledRow[]) => void;
  errors: Record<string, string>;
  origins: Record<string, Origin>;
  locked: boolean;
}

const MOST = 50;

export function LabeledRows({ map, rows, onRows, errors, origins, locked }: Props) {
  const place = useRef<HTMLFieldSetElement>(null);
  const one = map === "emails" ? "email" : "phone";
  const twice = doubled(rows);
  const change = (key: number, part: Partial<LabeledRow>): void => onRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const focusLast = (): void => {
    const labels = place.current?.querySelectorAll<HTMLElement>(".labeled-label");
    labels?.[labels.length - 1]?.focus();
  };
  const add = (): void => {
    onRows([...rows, labeledRow(suggestion(map, rows))]);
    requestAnimationFrame(focusLast);
  };
  const remove = (key: number): void => {
    onRows(rows.filter((row) => row.key !== key));
    requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(".labeled-add button")?.focus());
  };

  return (
    <fieldset class="labeled" ref={place} data-field={map} tabIndex={-1}>
      <legend>{map === "emails" ? "Further emails" : "Phones"}</legend>
      {errors[map] !== undefined && <p class="problem">{errors[map]}</p>}
      {rows.length === 0 && locked && <p class="hint">None</p>}
      {rows.map(({ key, label, value }, index) => {
        const problem = twice.has(key) ? "This label stands here twice. Give it another one." : errors[`${map}.${label.trim()}`];
        const name = `${one} ${index + 1}`;
        return (
          <div class="labeled-row" key={key}>
            <input class="input labeled-label" aria-label={`Label of ${name}`} placeholder="label" value={label} readOnly={locked} maxLength={40} onInput={(event) => change(key, { label: event.currentTarget.value })} />
            <input
              class="input labeled-value"
              type={map === "emails" ? "email" : "tel"}
              list={undefined}
              autoComplete="off"
              aria-label={`${label || name} ${one}`}
              aria-invalid={problem !== undefined}
              aria-describedby={`${map}-${key}-more`}
              data-field={`${map}.${label.trim()}`}
              value={value}
              readOnly={locked}
              onInput={(event) => change(key, { value: event.currentTarget.value })}
            />
            {!locked && <Button kind="quiet" icon="close" label={`Remove ${label || name}`} onClick={() => remove(key)} />}
            <div id={`${map}-${key}-more`} class="labeled-more">
              {problem !== undefined ? <p class="problem">{problem}</p> : <OriginNote origin={origins[`${map}.${label.trim()}`]} />}
            </div>
          </div>
        );
      })}
      {!locked && rows.length < MOST && <div class="labeled-add"><Button small icon="add" onClick={add}>{map === "emails" ? "Add email" : "Add phone"}</Button></div>}
    </fieldset>
  );
}

function suggestion(map: "emails" | "phones", rows: LabeledRow[]): string {
  const taken = new Set(rows.map((row) => row.label.trim()));
  const words = map === "emails" ? ["work", "billing", "private"] : ["work", "mobile", "home"];
  return words.find((word) => !taken.has(word)) ?? freeLabel(map, taken);
}
