// What can be done to contacts from a list: change many, delete one, undo; each says what came of it.
import { call, send } from "../api/client";
import { messageOf } from "../api/problem";
import type { BulkAction, Counts, Job, Selection } from "../api/types";
import type { Once } from "../api/useOnce";
import { navigate } from "../router";
import { many } from "../ui/parts";
import { toast } from "../ui/Toast";
import { contactsChanged } from "./changes";

/** Up to 100 contacts are done at once; more become a plan that is looked at first. */
export const AT_ONCE = 100;

export async function bulk(action: BulkAction, selection: Selection, once: Once): Promise<boolean> {
  try {
    const body = { action, selection };
    const job = await once(body, (name) => call<Job>("/v1/contacts/bulk", { method: "POST", body, once: name }));
    if (job.state !== "done") {
      await navigate(`/app/jobs/${job.id}`);
      return true;
    }
    toast(summary(job.counts), { action: { label: "Undo", run: () => undo(job.id) } });
    contactsChanged();
    return true;
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
    return false;
  }
}

export async function remove(id: string, name: string): Promise<boolean> {
  try {
    const response = await send(`/v1/contacts/${id}`, { method: "DELETE" });
    const job = response.headers.get("KDesk-Job");
    toast(`${name} was deleted.`, job === null ? {} : { action: { label: "Undo", run: () => undo(job) } });
    contactsChanged(id);
    return true;
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
    return false;
  }
}

export async function undo(job: string): Promise<Job | null> {
  try {
    const undoing = await call<Job>(`/v1/jobs/${job}/undo`, { method: "POST" });
    if (undoing.state === "done") toast(`Undone: ${summary(undoing.counts)}`);
    else await navigate(`/app/jobs/${undoing.id}`);
    contactsChanged();
    return undoing;
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
    return null;
  }
}

/** “12 contacts updated, 3 unchanged.” */
export function summary(counts: Counts): string {
  const parts: [number, string][] = [
    [counts.created, "created"],
    [counts.updated, "updated"],
    [counts.deleted, "deleted"],
    [counts.unchanged, "unchanged"],
    [counts.failed, "failed"],
  ];
  const said = parts.filter(([n]) => n > 0);
  if (said.length === 0) return "Nothing changed.";
  return `${said.map(([n, what], index) => `${index === 0 ? many(n, "contact") : n.toLocaleString("en")} ${what}`).join(", ")}.`;
}
