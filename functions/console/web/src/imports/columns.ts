// Which field each column of a file fills: what was found, what the member chose, and what would collide.
import { FIELDS, titleOf } from "../contact/fields";

export interface Column {
  header: string;
  field?: string | null;
  by: string;
}

/** Header to field; an empty text leaves the column out. Only what the member chose. */
export type Chosen = Record<string, string>;

export const TARGETS: { value: string; label: string }[] = [
  { value: "", label: "Leave out" },
  ...["id", "version", ...FIELDS.map((field) => field.name), "emails", "phones"].map((name) => ({ value: name, label: titleOf(name) })),
];

export function fieldOf(column: Column, chosen: Chosen): string {
  return chosen[column.header] ?? column.field ?? "";
}

/** Choosing what was found anyway is no choice: the file's own meaning (labels, address books) stays. */
export function choose(columns: readonly Column[], chosen: Chosen, header: string, field: string): Chosen {
  const { [header]: _, ...rest } = chosen;
  const found = columns.find((column) => column.header === header)?.field ?? "";
  return field === found ? rest : { ...rest, [header]: field };
}

/** The choices for columns that are there: read by another delimiter a file has other headers, and choices for the old ones wait. */
export function among(columns: readonly Column[], chosen: Chosen): Chosen {
  return Object.fromEntries(Object.entries(chosen).filter(([header]) => columns.some((column) => column.header === header)));
}

/** Columns can share emails and phones; any other field can come from one column only. */
export function collisions(columns: readonly Column[], chosen: Chosen): string[] {
  const from = new Map<string, Column[]>();
  for (const column of columns) {
    const field = fieldOf(column, chosen);
    if (field !== "" && field !== "emails" && field !== "phones") from.set(field, [...(from.get(field) ?? []), column]);
  }
  return [...from]
    .filter(([, all]) => all.length > 1 && all.some(({ header }) => chosen[header] !== undefined))
    .map(([field, all]) => `${all.map(({ header }) => `“${header}”`).join(" and ")} both fill ${titleOf(field)}. Leave one out.`);
}

const REASONS: Record<string, string> = {
  exact: "same name",
  synonym: "known name",
  google: "Google Contacts",
  outlook: "Outlook",
  remembered: "chosen before",
  chosen: "chosen",
  ignored: "not known",
};

/** Why a column fills what it fills, in a word or two. */
export function reasonOf(column: Column, chosen: Chosen): string {
  return chosen[column.header] === undefined ? (REASONS[column.by] ?? column.by) : "chosen by you";
}
