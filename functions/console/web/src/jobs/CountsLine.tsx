// The counts of a job: as one line for lists, as tiles for its page.
import type { Counts, Job } from "../api/types";
import { count, many } from "../ui/parts";

const WORDS: { key: keyof Counts; done: string; planned: string; tone: string }[] = [
  { key: "created", done: "created", planned: "to create", tone: "good" },
  { key: "updated", done: "updated", planned: "to update", tone: "info" },
  { key: "deleted", done: "deleted", planned: "to delete", tone: "bad" },
  { key: "unchanged", done: "unchanged", planned: "unchanged", tone: "neutral" },
  { key: "failed", done: "failed", planned: "failed", tone: "bad" },
];

/** Before it is applied a job shows its plan, after that what was stored. */
export function isPlan(job: Job): boolean {
  return ["planning", "planned", "awaitingFile"].includes(job.state) || (job.state === "failed" && job.counts.created + job.counts.updated + job.counts.deleted === 0);
}

export function CountsLine({ job }: { job: Job }) {
  if (job.kind === "export") return <>{job.rows == null ? "" : many(job.rows, "contact")}</>;
  const plan = isPlan(job);
  const counts = plan ? job.planned : job.counts;
  const shown = WORDS.filter(({ key }) => counts[key] > 0);
  if (shown.length === 0) return <span class="hint">{job.problem ?? "Nothing"}</span>;
  return (
    <span class="counts-line">
      {shown.map(({ key, done, planned, tone }) => (
        <span key={key} class={`count count-${tone}`}>{count(counts[key])} {plan ? planned : done}</span>
      ))}
    </span>
  );
}

export function CountTiles({ job }: { job: Job }) {
  const plan = isPlan(job);
  const counts = plan ? job.planned : job.counts;
  const always = job.kind === "import" ? ["created", "updated", "unchanged", "failed"] : [];
  return (
    <dl class="tiles">
      {WORDS.filter(({ key }) => counts[key] > 0 || always.includes(key)).map(({ key, done, planned, tone }) => (
        <div key={key} class={counts[key] > 0 ? `tile tile-${tone}` : "tile"}>
          <dt>{plan ? planned : done}</dt>
          <dd>{count(counts[key])}</dd>
        </div>
      ))}
    </dl>
  );
}
