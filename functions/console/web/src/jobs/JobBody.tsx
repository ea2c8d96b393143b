// What a job's page shows; the import page shows the same once a file is planned.
import { useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { Job } from "../api/types";
import type { Load } from "../api/useLoad";
import { undo } from "../contacts/actions";
import { contactsChanged } from "../contacts/changes";
import { nameOf, refusal, useSigned } from "../session/me";
import { Button } from "../ui/Button";
import { confirm } from "../ui/confirm";
import { Badge, many, Notice, PageHead, Progress } from "../ui/parts";
import { dateTime } from "../ui/time";
import { CountTiles, isPlan } from "./CountsLine";
import { download, downloadOf } from "./download";
import { RowsTable } from "./RowsTable";
import { isMoving, stateOf } from "./words";

interface Props {
  job: Job;
  title: string;
  back: { href: string; label: string };
  load: Load<Job>;
  /** Back to the choices of an import. */
  onReplan?: () => void;
}

export function JobBody({ job, title, back, load, onReplan }: Props) {
  const { me, members } = useSigned();
  const [problem, setProblem] = useState<string | null>(null);
  const [state, tone] = stateOf(job);
  const refused = refusal(job.kind === "import" ? me.can.importContacts : me.can.modifyContacts);
  const changes = job.planned.created + job.planned.updated + job.planned.deleted;
  const rows = ["planned", "applying", "done", "cancelled"].includes(job.state) && job.kind !== "export";

  const act = async (what: "apply" | "cancel"): Promise<void> => {
    setProblem(null);
    try {
      load.set(await call<Job>(`/v1/jobs/${job.id}/${what}`, { method: "POST" }));
      contactsChanged();
    } catch (error) {
      setProblem(messageOf(error));
    }
    load.reload();
  };
  const apply = async (): Promise<void> => {
    const deletes = job.planned.deleted > 0;
    if (deletes && !(await confirm({
      title: `Delete ${many(job.planned.deleted, "contact")}?`,
      text: "They disappear for every member. For 30 days the job can be undone.",
      yes: `Delete ${many(job.planned.deleted, "contact")}`,
      danger: true,
    }))) return;
    await act("apply");
  };
  const takeBack = async (): Promise<void> => {
    const sure = await confirm({
      title: "Undo this job?",
      text: "Contacts that it added go, fields that it changed get their old values back, contacts that it deleted come back. What somebody changed since is listed and left alone.",
      yes: "Undo",
    });
    if (!sure) return;
    if ((await undo(job.id)) !== null) load.reload();
  };

  return (
    <>
      <PageHead
        title={title}
        back={back}
        badge={<Badge tone={tone}>{state}</Badge>}
        note={`${nameOf(members, job.createdBy)}, ${dateTime(job.createdAt, me.timeZone)}`}
        actions={
          <>
            {onReplan !== undefined && job.state === "planned" && <Button icon="arrowLeft" onClick={onReplan}>Change the choices</Button>}
            {["planning", "planned", "applying"].includes(job.state) && job.kind !== "export" && (
              <Button reason={refused} onClick={() => act("cancel")}>{job.state === "applying" ? "Stop" : "Discard"}</Button>
            )}
            {job.kind === "import" && job.state !== "planning" && (isPlan(job) ? job.planned : job.counts).failed > 0 && (
              <Button icon="download" onClick={() => download(`/v1/jobs/${job.id}/failed.csv`, "failed-rows.csv")}>Failed rows</Button>
            )}
            {job.state === "planned" && job.kind !== "export" && (
              <Button kind="primary" icon="check" reason={changes === 0 ? "The plan changes nothing." : refused} onClick={apply}>
                {changes === 0 ? "Nothing to apply" : `Apply to ${many(changes, "contact")}`}
              </Button>
            )}
            {job.canBeUndone && <Button icon="undo" reason={refused} onClick={takeBack}>Undo</Button>}
            {job.download != null && <Button kind="primary" icon="download" onClick={() => downloadOf(job.id)}>Download</Button>}
          </>
        }
      />
      <div aria-live="polite" class="job-state">
        {problem !== null && <Notice tone="bad">{problem}</Notice>}
        {job.problem != null && <Notice tone="bad">{job.problem}</Notice>}
        {job.sameFileAs != null && (
          <Notice tone="warn">This very file was imported before. <a href={`/app/jobs/${job.sameFileAs}`}>Look at that job</a></Notice>
        )}
        {job.undoneBy != null && <Notice tone="neutral">This job was undone. <a href={`/app/jobs/${job.undoneBy}`}>Look at the undo</a></Notice>}
        {job.undoes != null && <Notice tone="neutral">This takes back <a href={`/app/jobs/${job.undoes}`}>an earlier job</a>.</Notice>}
        {job.state === "planned" && job.kind !== "export" && <Notice tone="info">This is a plan. Nothing has been written yet; look at the rows and apply it when they are right.</Notice>}
        {job.counts.heldBack > 0 && <Notice tone="warn">{many(job.counts.heldBack, "contact")} changed since the plan was made and {job.counts.heldBack === 1 ? "was" : "were"} left alone.</Notice>}
        {isMoving(job) && <Progress label={progressWord(job)} value={job.state === "applying" ? job.progress : undefined} />}
      </div>
      {job.kind !== "export" && job.state !== "awaitingFile" && <CountTiles job={job} />}
      {rows && <RowsTable job={job} />}
    </>
  );
}

function progressWord(job: Job): string {
  if (job.state === "planning") {
    const seen = job.planned.created + job.planned.updated + job.planned.unchanged + job.planned.deleted + job.planned.failed;
    return seen > 0 ? `Making the plan, ${many(seen, "row")} read` : "Making the plan";
  }
  if (job.state === "cancelling") return "Stopping";
  return job.kind === "export" ? "Writing the file" : "Applying";
}
