// An import on its way: the upload, then the choices with a preview, then the plan and its result.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { JobBody } from "../jobs/JobBody";
import { useJob } from "../jobs/useJob";
import { titleOfJob } from "../jobs/words";
import { navigate } from "../router";
import { refusal, useSigned } from "../session/me";
import { Button, LinkButton } from "../ui/Button";
import { EmptyState, ErrorState, Notice, PageHead, Progress, Skeleton } from "../ui/parts";
import { ImportChoices } from "./ImportChoices";
import { fileNameOf, sendAgain, stopUpload, uploadOf, watchUpload, type Upload } from "./upload";

const BACK = { href: "/app/import", label: "Import" };

export function ImportJobPage({ id }: { id: string }) {
  const { me } = useSigned();
  const load = useJob(id);
  const [upload, setUpload] = useState<Upload | null>(() => uploadOf(id));
  const [replan, setReplan] = useState(false);
  useEffect(() => {
    setUpload(uploadOf(id));
    return watchUpload(id, setUpload);
  }, [id]);

  const drop = async (): Promise<void> => {
    stopUpload(id);
    await call(`/v1/jobs/${id}/cancel`, { method: "POST" }).catch(() => undefined);
    await navigate("/app/import");
  };
  if (upload !== null && upload.state !== "done") return <Uploading id={id} upload={upload} onDrop={drop} />;
  const job = load.data;
  if (job === undefined) {
    return <div class="page"><PageHead title="Import" back={BACK} />{load.error === undefined ? <Skeleton /> : <ErrorState error={load.error} onRetry={load.reload} />}</div>;
  }
  const title = titleOfJob(job);
  const refused = refusal(me.can.importContacts);
  if ((job.state === "awaitingFile" || replan) && refused !== null) {
    return <div class="page"><PageHead title={title} back={BACK} /><EmptyState icon="lock" title="You cannot import at the moment">{refused}</EmptyState></div>;
  }
  const isUnreadable = job.state === "failed" && job.counts.created + job.counts.updated === 0;
  if (job.state === "awaitingFile" || replan) {
    return (
      <ImportChoices
        job={job}
        title={title}
        sent={upload?.state === "done"}
        onDrop={drop}
        onPlanned={(planned) => {
          setReplan(false);
          load.set(planned);
          load.reload();
        }}
      />
    );
  }
  return (
    <div class="page">
      <JobBody job={job} title={title} back={BACK} load={load} {...(job.state === "planned" ? { onReplan: () => setReplan(true) } : {})} />
      {isUnreadable && (
        <div class="more-row">
          <Button onClick={() => setReplan(true)}>Change the choices</Button>
          <LinkButton kind="primary" href="/app/import">Choose another file</LinkButton>
        </div>
      )}
    </div>
  );
}

function Uploading({ id, upload, onDrop }: { id: string; upload: Upload; onDrop: () => Promise<void> }) {
  return (
    <div class="page page-narrow">
      <PageHead title={`Import of ${fileNameOf(id)}`} back={BACK} actions={<Button onClick={onDrop}>Cancel</Button>} />
      <div class="card upload" aria-live="polite">
        {upload.state === "sending" && <Progress label="Sending the file" value={upload.sent} />}
        {upload.state === "waiting" && (
          <>
            <Notice tone="warn">
              The connection was lost at {Math.floor(upload.sent * 100)} %. The file is still chosen: it is sent again by itself as soon as the network is back.
            </Notice>
            <Button icon="upload" onClick={() => sendAgain(id)}>Send it again now</Button>
          </>
        )}
        {upload.state === "refused" && (
          <>
            <Notice tone="bad">{upload.why}</Notice>
            <LinkButton kind="primary" href="/app/import">Choose the file again</LinkButton>
          </>
        )}
      </div>
    </div>
  );
}
