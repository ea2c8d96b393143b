// The history of jobs: what was changed in bulk, by whom, when, with what result.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { Job, JobPage as Page } from "../api/types";
import { useLoad } from "../api/useLoad";
import { nameOf, useSigned } from "../session/me";
import { Button, LinkButton } from "../ui/Button";
import { Badge, EmptyState, ErrorState, PageHead, Skeleton } from "../ui/parts";
import { dateTime, shortDate } from "../ui/time";
import { toast } from "../ui/Toast";
import { CountsLine } from "./CountsLine";
import { isMoving, stateOf, titleOfJob } from "./words";

const PAGE_SIZE = 50;
const LOOK_MILLISECONDS = 2_000;

export function JobsPage() {
  const { data, error, loading, reload } = useLoad("jobs", (signal) => call<Page>("/v1/jobs", { query: { pageSize: PAGE_SIZE }, signal }));
  const [older, setOlder] = useState<{ items: Job[]; next: string | null } | null>(null);
  const next = older === null ? (data?.next ?? null) : older.next;
  const all = [...(data?.items ?? []), ...(older?.items ?? [])];

  // Jobs that move are looked at again; older ones stand still.
  useEffect(() => {
    if (loading || error !== undefined || data?.items.some(isMoving) !== true) return undefined;
    const timer = setTimeout(reload, LOOK_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [data, error, loading]);

  const more = async (): Promise<void> => {
    try {
      const page = await call<Page>("/v1/jobs", { query: { pageSize: PAGE_SIZE, cursor: next } });
      setOlder({ items: [...(older?.items ?? []), ...page.items], next: page.next ?? null });
    } catch (problem) {
      toast(messageOf(problem), { kind: "bad" });
    }
  };

  return (
    <div class="page">
      <PageHead title="Jobs" note="Every mass change is a job: imports, exports, bulk actions, merges and undos. Most can be undone for 30 days." />
      {error !== undefined && data === undefined && <ErrorState error={error} onRetry={reload} />}
      {data === undefined && loading && <Skeleton />}
      {data !== undefined && all.length === 0 && (
        <EmptyState icon="clock" title="No jobs yet" actions={<LinkButton icon="upload" href="/app/import">Import a file</LinkButton>}>
          When somebody imports a file or changes many contacts at once, it stands here with its result.
        </EmptyState>
      )}
      {all.length > 0 && (
        <table class="table jobs">
          <caption class="sr-only">Jobs, newest first</caption>
          <thead>
            <tr><th scope="col">Job</th><th scope="col">State</th><th scope="col">Result</th><th scope="col">Who</th><th scope="col">When</th></tr>
          </thead>
          <tbody>{all.map((job) => <JobLine key={job.id} job={job} />)}</tbody>
        </table>
      )}
      {next !== null && <div class="more-row"><Button onClick={more}>Show older jobs</Button></div>}
    </div>
  );
}

function JobLine({ job }: { job: Job }) {
  const { me, members } = useSigned();
  const [state, tone] = stateOf(job);
  const href = job.kind === "import" && ["awaitingFile", "planning", "planned"].includes(job.state) ? `/app/import/${job.id}` : `/app/jobs/${job.id}`;
  return (
    <tr class="row">
      <td class="cell-name"><a class="row-link" href={href}>{titleOfJob(job)}</a></td>
      <td class="cell-status"><Badge tone={tone}>{state}</Badge></td>
      <td data-label="Result"><CountsLine job={job} /></td>
      <td data-label="Who">{nameOf(members, job.createdBy)}</td>
      <td data-label="When" class="cell-updated" title={dateTime(job.createdAt, me.timeZone)}>{shortDate(job.createdAt, me.timeZone)}</td>
    </tr>
  );
}
