// The rows of a job: old value, new value and what is wrong, filtered by outcome, read on as far as one likes.
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf, Problem, sentence, wasAborted } from "../api/problem";
import type { Counts, Job, JobRow, RowPage } from "../api/types";
import { Changes } from "../contact/Changes";
import { titleOf } from "../contact/fields";
import { Button } from "../ui/Button";
import { Badge, Notice, Skeleton, Tabs, type Tone } from "../ui/parts";
import { isPlan } from "./CountsLine";
import { OUTCOMES } from "./words";

interface Shown {
  /** The rows of which job, state and outcome. */
  of: string;
  items: JobRow[];
  next: string | null;
}

const ACTIONS: Record<JobRow["action"], [string, Tone]> = {
  create: ["Create", "good"],
  update: ["Update", "info"],
  delete: ["Delete", "bad"],
  restore: ["Bring back", "good"],
  leave: ["Unchanged", "neutral"],
  fail: ["Failed", "bad"],
};
const DONE: Record<string, [string, Tone]> = {
  created: ["Created", "good"],
  updated: ["Updated", "info"],
  deleted: ["Deleted", "bad"],
  unchanged: ["Unchanged", "neutral"],
  failed: ["Failed", "bad"],
};

/** Actions that concern a contact as a whole and list no fields. */
const WHOLE: JobRow["action"][] = ["delete", "restore"];

export function RowsTable({ job }: { job: Job }) {
  const [outcome, setOutcome] = useState("");
  const [shown, setShown] = useState<Shown | null>(null);
  const [problem, setProblem] = useState<unknown>(undefined);
  const plan = isPlan(job);
  const reading = useRef(new AbortController());
  const wanted = `${job.id} ${job.state} ${outcome}`;
  const counts: Counts = plan ? job.planned : job.counts;

  const read = async (cursor: string | null, before: JobRow[]): Promise<void> => {
    const { signal } = reading.current;
    try {
      const page = await call<RowPage>(`/v1/jobs/${job.id}/rows`, { query: { outcome, cursor }, signal });
      setShown({ of: wanted, items: [...before, ...page.items], next: page.next ?? null });
      setProblem(undefined);
    } catch (error) {
      if (!wasAborted(error)) setProblem(error);
    }
  };
  useEffect(() => {
    // Rows of another outcome, also those asked for by “Show more”, must not come in late.
    const abort = new AbortController();
    reading.current = abort;
    void read(null, []);
    return () => abort.abort();
  }, [wanted]);

  const tabs = OUTCOMES.filter(({ value }) => counts[value as keyof Counts] > 0 || value === outcome)
    .map(({ value, label, planned }) => ({ value: value as string, label: plan ? planned : label, count: counts[value as keyof Counts] }));
  if (problem instanceof Problem && problem.status === 404) return <Notice tone="neutral">The rows of this job are no longer kept. Its counts stay.</Notice>;
  return (
    <section class="rows" aria-label="Rows">
      <Tabs label="Rows by outcome" value={outcome} tabs={[{ value: "", label: "All rows" }, ...tabs]} onChange={setOutcome} />
      {problem !== undefined && <Notice tone="bad">{messageOf(problem)}</Notice>}
      {shown === null && problem === undefined && <Skeleton rows={5} />}
      {shown !== null && shown.items.length === 0 && <p class="hint rows-none">No rows.</p>}
      {shown !== null && shown.items.length > 0 && (
        <table class="table rows-table">
          <caption class="sr-only">Rows of the job</caption>
          <thead>
            <tr>
              <th scope="col" class="cell-line">{job.kind === "import" ? "Line" : "Row"}</th>
              <th scope="col">Who</th>
              <th scope="col">{plan ? "Plan" : "Outcome"}</th>
              <th scope="col">{plan ? "What would change" : "What changed"}</th>
            </tr>
          </thead>
          <tbody>{shown.items.map((row) => <RowLine key={row.row} row={row} isThere={isThere(row, job)} />)}</tbody>
        </table>
      )}
      {shown !== null && shown.of === wanted && shown.next !== null && <div class="more-row"><Button onClick={() => read(shown.next, shown.items)}>Show more rows</Button></div>}
    </section>
  );
}

/** Whether the contact of a row can be looked at: not before it is made, nor after it was deleted or its making undone. */
function isThere(row: JobRow, job: Job): boolean {
  if (row.contact == null || row.heldBack) return row.contact != null;
  const made = row.action === "create" || row.action === "restore";
  if (made) return row.outcome != null && row.outcome !== "failed" && job.undoneBy == null;
  return row.outcome !== "deleted" || job.undoneBy != null;
}

function RowLine({ row, isThere }: { row: JobRow; isThere: boolean }) {
  const [word, tone] = row.heldBack ? (["Held back", "warn"] as const) : row.outcome == null ? ACTIONS[row.action] : (DONE[row.outcome] ?? ACTIONS[row.action]);
  return (
    <tr>
      <td class="cell-line" data-label="Line">{row.line ?? row.row}</td>
      <td class="cell-who">{!isThere ? row.name : <a href={`/app/contacts/${row.contact}`}>{row.name}</a>}</td>
      <td class="cell-status"><Badge tone={tone}>{word}</Badge></td>
      <td class="cell-changes">
        {row.changes.length > 0 && <Changes changes={row.changes} />}
        {row.problems.length > 0 && (
          <ul class="row-problems">
            {row.problems.map((problem, index) => (
              <li key={index}>
                {problem.column != null && <strong>{titleOf(problem.column)}: </strong>}
                {problem.problem}
                {problem.value != null && problem.value !== "" && <span class="hint"> (stands there: <q>{problem.value}</q>)</span>}
              </li>
            ))}
          </ul>
        )}
        {row.remark != null && <p class="hint">{sentence(row.remark)}</p>}
        {row.changes.length === 0 && row.problems.length === 0 && <span class="nothing">{row.heldBack ? "Changed since the plan was made, so it was left alone." : WHOLE.includes(row.action) ? "The whole contact" : "Nothing"}</span>}
      </td>
    </tr>
  );
}
