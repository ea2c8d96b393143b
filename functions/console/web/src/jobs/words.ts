// Jobs in words: what each kind is called, where a job stands, and which outcomes there are.
import type { BulkAction, Job, Outcome } from "../api/types";
import { textOf, titleOf } from "../contact/fields";
import type { Tone } from "../ui/parts";
import { many } from "../ui/parts";

const STATES: Record<Job["state"], [string, Tone]> = {
  awaitingFile: ["Waits for its file", "neutral"],
  planning: ["Planning", "info"],
  planned: ["Plan ready", "warn"],
  applying: ["Applying", "info"],
  cancelling: ["Stopping", "info"],
  done: ["Done", "good"],
  cancelled: ["Cancelled", "neutral"],
  failed: ["Failed", "bad"],
};

export function stateOf(job: Job): [string, Tone] {
  if (job.undoneBy != null) return ["Undone", "neutral"];
  return STATES[job.state];
}

export function isMoving(job: Job): boolean {
  return job.state === "planning" || job.state === "applying" || job.state === "cancelling" || (job.kind === "export" && job.state === "planned");
}

export function titleOfJob(job: Job): string {
  switch (job.kind) {
    case "import": return `Import of ${job.import?.fileName ?? "a file"}`;
    case "export": return `Export of ${chosenOf(job)}`;
    case "bulk": return actionOf(job.action ?? null, chosenOf(job));
    case "merge": return "Merge of two contacts";
    case "undo": return "Undo of a job";
    default: return job.kind;
  }
}

function chosenOf(job: Job): string {
  const chosen = job.chosen;
  if (chosen == null) return job.rows == null ? "contacts" : many(job.rows, "contact");
  if ("ids" in chosen) return many(chosen.ids, "contact");
  const { q, status } = chosen.filter;
  const what = [status == null ? "all contacts" : `all ${status} contacts`, q === undefined || q === "" ? "" : `that match “${q}”`];
  return what.filter(Boolean).join(" ");
}

function actionOf(action: BulkAction | Job["action"], whom: string): string {
  if (action === null || action === undefined) return `Change of ${whom}`;
  if (typeof action === "object") {
    const set = Object.entries(action.set as Record<string, unknown>).map(([field, value]) => `${titleOf(field)} to ${textOf(value) || "nothing"}`);
    return `Set ${set.join(", ")} for ${whom}`;
  }
  const words: Record<typeof action, string> = {
    activate: "Activate",
    deactivate: "Deactivate",
    grantPortalAccess: "Give portal access to",
    revokePortalAccess: "Take portal access from",
    delete: "Delete",
  };
  return `${words[action]} ${whom}`;
}

export const OUTCOMES: { value: Outcome | "heldBack"; label: string; planned: string }[] = [
  { value: "created", label: "Created", planned: "To create" },
  { value: "updated", label: "Updated", planned: "To update" },
  { value: "deleted", label: "Deleted", planned: "To delete" },
  { value: "unchanged", label: "Unchanged", planned: "Unchanged" },
  { value: "failed", label: "Failed", planned: "Failed" },
  { value: "heldBack", label: "Held back", planned: "Held back" },
];
