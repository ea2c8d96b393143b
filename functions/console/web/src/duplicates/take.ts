// What merging two contacts comes to, field by field.
import type { Contact, Field } from "../api/types";
import { FIELDS } from "../contact/fields";

export type Kept = "left" | "right" | "both";

export interface MergeLine {
  field: Field;
  left: unknown;
  right: unknown;
  /** Emails and phones of both can be kept. */
  canBeBoth: boolean;
  chosen: Kept;
}

const NAMES = [...FIELDS.map((field) => field.name), "emails", "phones"] as Field[];

/** Every field that the two hold differently, with what happens unless the member says otherwise: nothing that is filled is lost. */
export function mergeLines(keep: Contact, remove: Contact): MergeLine[] {
  return NAMES.map((field): MergeLine => {
    const canBeBoth = field === "emails" || field === "phones";
    const [left, right] = [valueOf(keep, field), valueOf(remove, field)];
    const chosen: Kept = canBeBoth ? "both" : left === null ? "right" : "left";
    return { field, left, right, canBeBoth, chosen };
  }).filter(({ left, right }) => JSON.stringify(left) !== JSON.stringify(right));
}

/** The fields that come from the one that goes. */
export function taken(lines: readonly MergeLine[]): Field[] {
  return lines.filter(({ chosen }) => chosen === "right").map(({ field }) => field);
}

function valueOf(contact: Contact, field: Field): unknown {
  const value = (contact as unknown as Record<string, unknown>)[field] ?? null;
  if (field === "displayName" && !contact.hasOwnDisplayName) return null;
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0 ? null : sorted(value);
  return value === "" ? null : value;
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
}
