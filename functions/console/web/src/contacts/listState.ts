// What the contacts page shows, as it stands in the URL: Back, reload and sharing a link keep it.
import type { Filter } from "../api/types";

export const SORTS = ["name", "company", "primaryEmail", "status", "updatedAt"] as const;
export type Sort = (typeof SORTS)[number];
export type Order = "asc" | "desc";
export type Shown = "all" | "active" | "inactive";

export interface ListState {
  q: string;
  shown: Shown;
  sort: Sort;
  order: Order;
  page: number;
}

export const START: ListState = { q: "", shown: "all", sort: "name", order: "asc", page: 1 };
const LONGEST = 200;

/** Anything that makes no sense is as if it were not there. */
export function parse(search: string): ListState {
  const given = new URLSearchParams(search);
  const status = given.get("status");
  const sort = SORTS.find((each) => each === given.get("sort")) ?? START.sort;
  const page = Number(given.get("page") ?? "1");
  return {
    q: [...(given.get("q") ?? "")].slice(0, LONGEST).join(""),
    shown: status === "active" || status === "inactive" ? status : "all",
    sort,
    order: given.get("order") === "desc" ? "desc" : "asc",
    page: Number.isSafeInteger(page) && page >= 1 ? page : 1,
  };
}

/** Only what differs from the start stands in the URL. */
export function print(state: ListState): string {
  const parameters = new URLSearchParams();
  if (state.q !== "") parameters.set("q", state.q);
  if (state.shown !== "all") parameters.set("status", state.shown);
  if (state.sort !== START.sort) parameters.set("sort", state.sort);
  if (state.order !== START.order) parameters.set("order", state.order);
  if (state.page !== 1) parameters.set("page", String(state.page));
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** A change of what is searched or how it is sorted starts at the first page again. */
export function changed(state: ListState, change: Partial<ListState>): ListState {
  return { ...state, page: 1, ...change };
}

/** Another column starts ascending, except the last update, where the newest is what one looks for; the same one turns around. */
export function sortedBy(state: ListState, sort: Sort): ListState {
  if (state.sort === sort) return changed(state, { order: state.order === "asc" ? "desc" : "asc" });
  return changed(state, { sort, order: sort === "updatedAt" ? "desc" : "asc" });
}

export function filterOf(state: ListState): Filter {
  return { ...(state.q === "" ? {} : { q: state.q }), ...(state.shown === "all" ? {} : { status: state.shown }) };
}
