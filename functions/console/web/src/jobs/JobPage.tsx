// One job: where it stands, its counts and rows, and what can be done with it: apply, cancel, undo, download.
import { PageHead, ErrorState, Skeleton } from "../ui/parts";
import { JobBody } from "./JobBody";
import { useJob } from "./useJob";
import { titleOfJob } from "./words";

const JOBS = { href: "/app/jobs", label: "Jobs" };

export function JobPage({ id }: { id: string }) {
  const job = useJob(id);
  if (job.data === undefined) {
    return <div class="page"><PageHead title="Job" back={JOBS} />{job.error === undefined ? <Skeleton /> : <ErrorState error={job.error} onRetry={job.reload} />}</div>;
  }
  return <div class="page"><JobBody job={job.data} title={titleOfJob(job.data)} back={JOBS} load={job} /></div>;
}
