// A contact while it is edited: flat values by name, labeled emails and phones as rows, and the patch that saving sends.
import type { Contact, ContactFields } from "../api/types";
import { FIELDS, split } from "./fields";

export type Value = string | boolean | null;
/** Field to value; a labeled email is `emails.billing`. What is empty is not there. */
export type Flat = Record<string, Value>;

export interface LabeledRow {
  key: number;
  label: string;
  value: string;
}

export interface Draft {
  values: Record<string, string | boolean>;
  emails: LabeledRow[];
  phones: LabeledRow[];
}

let keys = 0;
export function labeledRow(label = "", value = ""): LabeledRow {
  keys += 1;
  return { key: keys, label, value };
}

/** Everything of a contact that can be edited. */
export function flatten(contact: Partial<Contact>): Flat {
  const flat: Flat = {};
  for (const { name, kind } of FIELDS) {
    const value = (contact as Record<string, unknown>)[name];
    if (name === "displayName" && contact.hasOwnDisplayName === false) continue;
    if (kind === "switch" && typeof value === "boolean") flat[name] = value;
    // Blanks that the form would drop are no change that somebody made.
    if (kind !== "switch" && typeof value === "string" && tidy(name, value) !== "") flat[name] = tidy(name, value);
  }
  for (const map of ["emails", "phones"] as const) {
    for (const [label, value] of Object.entries(contact[map] ?? {})) if (value !== null) flat[`${map}.${label}`] = value as string;
  }
  return flat;
}

export function toDraft(flat: Flat): Draft {
  const draft: Draft = { values: {}, emails: [], phones: [] };
  for (const [name, value] of Object.entries(flat)) {
    const [map, label] = split(name);
    if (label === null) draft.values[name] = value ?? "";
    else draft[map as "emails" | "phones"].push(labeledRow(label, String(value ?? "")));
  }
  return draft;
}

export function fromDraft(draft: Draft): Flat {
  const flat: Flat = {};
  for (const [name, value] of Object.entries(draft.values)) {
    const kept = typeof value === "string" ? tidy(name, value) : value;
    if (kept !== "") flat[name] = kept;
  }
  for (const map of ["emails", "phones"] as const) {
    const taken = new Set(draft[map].map((row) => row.label.trim()));
    for (const { label, value } of draft[map]) {
      if (value.trim() === "") continue;
      const name = label.trim() || freeLabel(map, taken);
      taken.add(name);
      flat[`${map}.${name}`] = value.trim();
    }
  }
  return flat;
}

/** What changed from one to the other, as a merge patch: null clears, labels change one by one. */
export function patch(from: Flat, to: Flat): ContactFields {
  const changes: Record<string, unknown> = {};
  for (const name of namesOf(from, to)) {
    if (same(from[name], to[name])) continue;
    const [map, label] = split(name);
    const value = to[name] ?? null;
    if (label === null) changes[name] = value;
    else changes[map] = { ...(changes[map] as object | undefined), [label]: value };
  }
  return changes as ContactFields;
}

export function isChanged(from: Flat, to: Flat): boolean {
  return namesOf(from, to).some((name) => !same(from[name], to[name]));
}

/** Rows of one map whose label stands there twice; the second would silently win. */
export function doubled(rows: LabeledRow[]): Set<number> {
  const seen = new Set<string>();
  const twice = new Set<number>();
  for (const { key, label, value } of rows) {
    const name = label.trim();
    if (value.trim() === "" || name === "") continue;
    if (seen.has(name)) twice.add(key);
    seen.add(name);
  }
  return twice;
}

export function namesOf(...flats: Flat[]): string[] {
  return [...new Set(flats.flatMap((flat) => Object.keys(flat)))];
}

export function same(a: Value | undefined, b: Value | undefined): boolean {
  return (a ?? null) === (b ?? null);
}

function tidy(name: string, value: string): string {
  return name === "notes" ? value.replace(/\s+$/, "") : value.trim();
}

/** The label of a row that was left without one. */
export function freeLabel(map: "emails" | "phones", taken: ReadonlySet<string>): string {
  const word = map === "emails" ? "email" : "phone";
  let name = word;
  for (let n = 2; taken.has(name); n += 1) name = `${word}${n}`;
  return name;
}
