// A small router over the History API: one store of the current address, a guard for unsaved changes, and links.
import { useEffect, useState } from "preact/hooks";

export interface Place {
  path: string;
  search: string;
  hash: string;
}

type Guard = () => Promise<boolean>;

const listeners = new Set<(place: Place) => void>();
let guard: Guard | null = null;
let index = 0;
let skip = false;

export function here(): Place {
  return { path: location.pathname, search: location.search, hash: location.hash };
}

export function useLocation(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    listeners.add(setPlace);
    return () => {
      listeners.delete(setPlace);
    };
  }, []);
  return place;
}

/** Goes to an address of the App, unless a guard holds the member back. */
export async function navigate(to: string, how: "push" | "replace" = "push"): Promise<void> {
  if (guard !== null && new URL(to, location.href).pathname !== location.pathname && !(await guard())) return;
  if (how === "push") index += 1;
  history[how === "push" ? "pushState" : "replaceState"]({ index }, "", to);
  tell();
}

/** Asks before the page is left. Returns how to take the guard away. */
export function holdBack(next: Guard): () => void {
  guard = next;
  return () => {
    if (guard === next) guard = null;
  };
}

/** Listens to Back and Forward. Call once. */
export function startRouter(): void {
  const state = history.state as { index?: number } | null;
  index = state?.index ?? 0;
  history.replaceState({ index }, "");
  window.addEventListener("popstate", () => void moved());
  document.addEventListener("click", followed);
}

async function moved(): Promise<void> {
  if (skip) {
    skip = false;
    return;
  }
  const to = (history.state as { index?: number } | null)?.index ?? 0;
  const steps = to - index;
  if (guard !== null && steps !== 0) {
    skip = true;
    history.go(-steps);
    if (!(await guard())) return;
    guard = null;
    history.go(steps);
    return;
  }
  index = to;
  tell();
}

/** Plain links to pages of the App go without a load. */
function followed(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin || !link.pathname.startsWith("/app/")) return;
  if (link.pathname === location.pathname && link.search === location.search && link.hash !== "") return;
  event.preventDefault();
  void navigate(link.pathname + link.search + link.hash);
}

function tell(): void {
  for (const listener of listeners) listener(here());
}
