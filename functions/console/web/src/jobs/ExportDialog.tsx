// Exports contacts as CSV: starts the job, shows how far it is, and gives the link when it is done.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { Job, Selection } from "../api/types";
import { useOnce } from "../api/useOnce";
import { Button, LinkButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { many, Notice, Progress } from "../ui/parts";
import { useJob } from "./useJob";

interface Props {
  what: Selection | "all";
  total: number;
  /** Whether the contacts are those that match a search. */
  filtered: boolean;
  onClose: () => void;
}

export function ExportDialog({ what, total, filtered, onClose }: Props) {
  const [id, setId] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const once = useOnce();
  const job = useJob(id);
  const link = job.data?.download ?? null;
  const failed = job.data?.state === "failed" ? (job.data.problem ?? "The export failed. Please try again.") : null;
  const problem = refused ?? failed ?? (job.error === undefined ? null : messageOf(job.error));

  const start = async (): Promise<void> => {
    setRefused(null);
    try {
      const body = { selection: what, format: "csv" };
      setId((await once([body, id], (name) => call<Job>("/v1/exports", { method: "POST", body, once: name }))).id);
    } catch (error) {
      setRefused(messageOf(error));
    }
  };
  // A job that ended may get its link only with the next answer.
  useEffect(() => {
    if (job.data?.state !== "done" || link !== null || job.loading) return undefined;
    const timer = setTimeout(job.reload, 500);
    return () => clearTimeout(timer);
  }, [job.data, job.loading]);

  const whom = what === "all" ? `all ${many(total, "contact")}` : filtered ? `the ${many(total, "contact")} that match` : many(total, "selected contact");
  return (
    <Dialog
      title="Export contacts"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{link === null ? "Cancel" : "Close"}</Button>
          {link === null
            ? <Button kind="primary" busy={id !== null && problem === null} onClick={start}>Export {many(total, "contact")}</Button>
            : <LinkButton kind="primary" icon="download" href={link} download="">Download the file</LinkButton>}
        </>
      }
    >
      <p>A CSV file with {whom} and every field. Importing the untouched file again changes nothing.</p>
      <div aria-live="polite" class="export-state">
        {id !== null && link === null && problem === null && <Progress label="Writing the file" value={job.data?.progress === undefined || job.data.progress === 0 ? undefined : job.data.progress} />}
        {link !== null && <Notice tone="good">The file is ready. The link works for 15 minutes; afterwards Jobs gives a new one.</Notice>}
        {problem !== null && <Notice tone="bad">{problem}</Notice>}
      </div>
    </Dialog>
  );
}
