// Which contacts are chosen: some one by one, over all pages, or everything that matches a search.
import type { Filter, Selection as Wanted } from "../api/types";

export type Selection =
  | { kind: "some"; ids: ReadonlySet<string> }
  | { kind: "all"; filter: Filter; total: number };

export const NOTHING: Selection = { kind: "some", ids: new Set() };

export function size(selection: Selection): number {
  return selection.kind === "some" ? selection.ids.size : selection.total;
}

export function has(selection: Selection, id: string): boolean {
  return selection.kind === "all" || selection.ids.has(id);
}

/** Takes a row in or out. Out of “everything”, what stays is the rest of the page that is seen: nothing unseen is kept by surprise. */
export function toggle(selection: Selection, id: string, page: readonly string[]): Selection {
  const ids = new Set(selection.kind === "some" ? selection.ids : page);
  if (!ids.delete(id)) ids.add(id);
  return { kind: "some", ids };
}

/** Every row from one to another, as Shift and a click ask for. */
export function extend(selection: Selection, from: string, to: string, page: readonly string[]): Selection {
  const [a, b] = [page.indexOf(from), page.indexOf(to)];
  if (a < 0 || b < 0) return toggle(selection, to, page);
  const ids = new Set(selection.kind === "some" ? selection.ids : page);
  for (const id of page.slice(Math.min(a, b), Math.max(a, b) + 1)) ids.add(id);
  return { kind: "some", ids };
}

export type PageState = "none" | "some" | "all";

export function pageState(selection: Selection, page: readonly string[]): PageState {
  const chosen = page.filter((id) => has(selection, id)).length;
  if (chosen === 0) return "none";
  return chosen === page.length ? "all" : "some";
}

/** Takes the whole page in, or out when all of it is in. Other pages keep theirs. */
export function togglePage(selection: Selection, page: readonly string[]): Selection {
  if (selection.kind === "all") return NOTHING;
  const ids = new Set(selection.ids);
  const all = pageState(selection, page) === "all";
  for (const id of page) {
    if (all) ids.delete(id);
    else ids.add(id);
  }
  return { kind: "some", ids };
}

/** What is left when a contact is gone. */
export function without(selection: Selection, id: string): Selection {
  if (selection.kind === "all") return { ...selection, total: Math.max(0, selection.total - 1) };
  return { kind: "some", ids: new Set([...selection.ids].filter((each) => each !== id)) };
}

export function everything(filter: Filter, total: number): Selection {
  return { kind: "all", filter, total };
}

/** “Everything that matches” is about one search; with another search it means something else and is let go. */
export function afterSearch(selection: Selection, filter: Filter): Selection {
  if (selection.kind === "some") return selection;
  return selection.filter.q === filter.q && selection.filter.status === filter.status ? selection : NOTHING;
}

/** As the API wants it. */
export function wanted(selection: Selection): Wanted {
  return selection.kind === "all" ? { filter: selection.filter } : { ids: [...selection.ids] };
}
