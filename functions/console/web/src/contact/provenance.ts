// Where each value came from: the newest entry of the history that changed the field.
import type { Entry, SignInRefusal } from "../api/types";

export interface Origin {
  source: Entry["author"]["source"];
  member: string;
  at: string;
  job: string | null;
}

/** Field to origin; for labeled emails and phones also `emails.billing`. Entries come newest first. */
export function origins(entries: readonly Entry[]): Record<string, Origin> {
  const found: Record<string, Origin> = {};
  for (const { author, at, changes } of entries) {
    const origin: Origin = { source: author.source, member: author.member ?? "", at, job: author.job ?? null };
    for (const { field, old, new: now } of changes) {
      found[field] ??= origin;
      for (const label of changedLabels(old, now)) found[`${field}.${label}`] ??= origin;
    }
  }
  return found;
}

function changedLabels(old: unknown, now: unknown): string[] {
  const [before, after] = [labels(old), labels(now)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((label) => before[label] !== after[label]);
}

function labels(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

const WAYS: Record<Origin["source"], string> = {
  member: "by hand",
  import: "import",
  bulk: "bulk action",
  merge: "merge",
  undo: "undo",
  portal: "portal",
};

/** How a change came, in a word or two. */
export function wayOf(source: Origin["source"]): string {
  return WAYS[source] ?? source;
}

/** By which way a contact came to the portal, in words. */
export const PORTAL_WAYS: Record<SignInRefusal["way"], string> = { code: "by code", microsoft: "by Microsoft", google: "by Google", oidc: "by single sign-on" };
