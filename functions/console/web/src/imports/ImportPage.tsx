// The start of an import: drop or choose a file. Too large ones are told before anything is sent.
import { useEffect, useRef, useState } from "preact/hooks";
import { call, onceOnly } from "../api/client";
import { messageOf } from "../api/problem";
import type { ImportStarted } from "../api/types";
import { download } from "../jobs/download";
import { navigate } from "../router";
import { refusal, useSigned } from "../session/me";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { EmptyState, Notice, PageHead } from "../ui/parts";
import { startUpload } from "./upload";

const MOST_BYTES = 1_000_000_000;

export function ImportPage() {
  const { me } = useSigned();
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const refused = refusal(me.can.importContacts);

  // A file that is dropped beside the field would otherwise replace the page.
  useEffect(() => {
    const keep = (event: DragEvent): void => event.preventDefault();
    window.addEventListener("dragover", keep);
    window.addEventListener("drop", keep);
    return () => {
      window.removeEventListener("dragover", keep);
      window.removeEventListener("drop", keep);
    };
  }, []);

  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined || busy) return;
    const wrong = unfit(file);
    setProblem(wrong);
    if (wrong !== null) return;
    setBusy(true);
    try {
      const started = await call<ImportStarted>("/v1/imports", { method: "POST", body: { fileName: file.name, size: file.size }, once: onceOnly() });
      startUpload(started.job.id, file, started.upload);
      await navigate(`/app/import/${started.job.id}`);
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  };

  const template = <Button icon="download" onClick={() => download("/v1/imports/template.csv", "contacts-template.csv")}>Download the template</Button>;
  return (
    <div class="page page-narrow">
      <PageHead title="Import contacts" back={{ href: "/app/contacts", label: "Contacts" }} note="You see what the file would change, row by row, before anything is written. Afterwards it can be undone for 30 days." />
      {refused !== null ? (
        <EmptyState icon="lock" title="You cannot import at the moment" actions={template}>{refused}</EmptyState>
      ) : (
        <>
          <div
            class={over ? "drop drop-over" : "drop"}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={(event) => {
              event.preventDefault();
              setOver(false);
              void take(event.dataTransfer?.files[0]);
            }}
          >
            <span class="empty-icon"><Icon name="upload" /></span>
            <p class="drop-title">Drop a CSV file here</p>
            <Button kind="primary" busy={busy} onClick={() => input.current?.click()}>Choose a file</Button>
            <input ref={input} type="file" class="sr-only" tabIndex={-1} aria-label="CSV file" accept=".csv,.tsv,.txt,text/csv,text/plain" onChange={(event) => {
              void take(event.currentTarget.files?.[0]);
              event.currentTarget.value = "";
            }} />
            <p class="hint">Up to 1 GB and a million rows. Exports of Google Contacts, Outlook and spreadsheets work as they are.</p>
          </div>
          {problem !== null && <div role="alert"><Notice tone="bad">{problem}</Notice></div>}
          <section class="card tips">
            <h2>Good to know</h2>
            <ul>
              <li>Commas, semicolons, tabs and pipes work, and any common encoding. What is found is shown before you go on.</li>
              <li>An empty cell changes nothing. To clear a value, write <code>\clear</code>.</li>
              <li>Rows that cannot be stored are listed with the reason and can be downloaded, mended and imported again.</li>
              <li>An import never sends mail to contacts.</li>
            </ul>
            {template}
          </section>
        </>
      )}
    </div>
  );
}

function unfit(file: File): string | null {
  if (file.size > MOST_BYTES) {
    const gigabytes = (file.size / 1e9).toFixed(1);
    return `“${file.name}” has ${gigabytes} GB; a file can have up to 1 GB. Nothing was sent. Split it into parts and import them one after the other.`;
  }
  if (file.size === 0) return `“${file.name}” is empty. Choose a file with column names in its first line and contacts below.`;
  if (/\.(xlsx?|ods|numbers|pdf|docx?|zip)$/i.test(file.name)) {
    return `“${file.name}” is not a CSV file. In your spreadsheet choose “Save as” or “Export”, then CSV, and import that file.`;
  }
  return null;
}
