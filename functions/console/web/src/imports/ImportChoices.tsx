// How a file is read and what it may do: encoding, delimiter, columns with a preview of the first rows, mode and match key.
import { useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf, Problem } from "../api/problem";
import type { Delimiter, Encoding, Job, MatchBy, Mode, Preview } from "../api/types";
import { useLoad } from "../api/useLoad";
import { Button, LinkButton } from "../ui/Button";
import { Select } from "../ui/Field";
import { EmptyState, ErrorState, Notice, PageHead, Skeleton } from "../ui/parts";
import { among, collisions, type Chosen } from "./columns";
import { PreviewTable } from "./PreviewTable";

interface Props {
  job: Job;
  title: string;
  /** Whether the file was sent from this tab. */
  sent: boolean;
  onPlanned: (job: Job) => void;
  onDrop: () => Promise<void>;
}

const ENCODINGS = [
  { value: "utf-8", label: "UTF-8" },
  { value: "utf-16le", label: "UTF-16, little endian" },
  { value: "utf-16be", label: "UTF-16, big endian" },
  { value: "windows-1252", label: "Windows-1252" },
];
const DELIMITERS = [
  { value: "comma", label: "Comma" },
  { value: "semicolon", label: "Semicolon" },
  { value: "tab", label: "Tab" },
  { value: "pipe", label: "Pipe" },
];
const MODES = [
  { value: "both", label: "Add new contacts and update known ones" },
  { value: "create", label: "Only add new contacts" },
  { value: "update", label: "Only update known contacts" },
];
const KEYS = [
  { value: "primaryEmail", label: "Primary Email" },
  { value: "directorySyncId", label: "Directory sync id" },
  { value: "id", label: "Id" },
];

export function ImportChoices({ job, title, sent, onPlanned, onDrop }: Props) {
  const before = job.import;
  const [encoding, setEncoding] = useState<Encoding | "">(before?.encoding ?? "");
  const [delimiter, setDelimiter] = useState<Delimiter | "">(before?.delimiter ?? "");
  const [chosen, setChosen] = useState<Chosen>({});
  const [mode, setMode] = useState<Mode>(before?.mode ?? "both");
  const [matchBy, setMatchBy] = useState<MatchBy>(before?.matchBy ?? "primaryEmail");
  const [problem, setProblem] = useState<string | null>(null);
  const preview = useLoad(`${job.id} ${encoding} ${delimiter}`, (signal) =>
    call<Preview>(`/v1/imports/${job.id}/preview`, { query: { encoding, delimiter }, signal }));

  const head = { title, back: { href: "/app/import", label: "Import" } };
  const again = <LinkButton kind="primary" icon="upload" href="/app/import">Choose a file</LinkButton>;
  if (preview.data === undefined && preview.error !== undefined) {
    const error = preview.error;
    if (error instanceof Problem && error.code === "awaiting_file") {
      return (
        <div class="page">
          <PageHead {...head} actions={<Button onClick={onDrop}>Discard</Button>} />
          <EmptyState icon="upload" title="The file did not arrive" actions={again}>
            {sent ? "It was sent but did not arrive whole." : "The upload was interrupted, for example because the tab was closed."} Choose the file again; nothing was written.
          </EmptyState>
        </div>
      );
    }
    if (error instanceof Problem && error.status === 422) {
      return (
        <div class="page">
          <PageHead {...head} actions={<Button onClick={onDrop}>Discard</Button>} />
          <EmptyState icon="file" title="This file cannot be read as CSV" actions={again}>{messageOf(error)}</EmptyState>
        </div>
      );
    }
    return <div class="page"><PageHead {...head} /><ErrorState error={error} onRetry={preview.reload} /></div>;
  }

  const data = preview.data;
  const clashes = data === undefined ? [] : collisions(data.columns, chosen);
  const columns = data === undefined ? {} : among(data.columns, chosen);
  const plan = async (): Promise<void> => {
    setProblem(null);
    const body = {
      mode,
      matchBy,
      ...(Object.keys(columns).length > 0 ? { columns } : {}),
      ...(encoding === "" ? {} : { encoding }),
      ...(delimiter === "" ? {} : { delimiter }),
    };
    try {
      onPlanned(await call<Job>(`/v1/imports/${job.id}/plan`, { method: "POST", body }));
    } catch (error) {
      setProblem(messageOf(error));
    }
  };

  return (
    <div class="page">
      <PageHead
        {...head}
        note="Check how the file is read. Nothing is written: the next step shows what would change."
        actions={
          <>
            <Button onClick={onDrop}>Discard</Button>
            <Button kind="primary" reason={data === undefined ? "The file is being read." : (clashes[0] ?? null)} onClick={plan}>Make the plan</Button>
          </>
        }
      />
      <div role="alert">{[...(problem === null ? [] : [problem]), ...clashes].map((text) => <Notice key={text} tone="bad">{text}</Notice>)}</div>
      {preview.error !== undefined && <Notice tone="bad">{messageOf(preview.error)} What you see below is the reading before.</Notice>}
      {data !== undefined && Object.keys(columns).length === 0 && data.problems.map(({ problem }) => <Notice key={problem} tone="warn">{problem}</Notice>)}
      {data === undefined ? <Skeleton rows={6} /> : (
        <>
          <section class="card" aria-label="Choices">
            <div class="fields four">
              <Select label="What may it do?" value={mode} options={MODES} onChange={(value) => setMode(value as Mode)} />
              <Select label="Find known contacts by" value={matchBy} options={KEYS} onChange={(value) => setMatchBy(value as MatchBy)} />
              <Select label="Encoding" value={encoding || data.encoding} options={ENCODINGS} onChange={(value) => setEncoding(value as Encoding)} />
              <Select label="Columns are separated by" value={delimiter || data.delimiter} options={DELIMITERS} onChange={(value) => setDelimiter(value as Delimiter)} />
            </div>
          </section>
          <PreviewTable preview={data} chosen={chosen} onChosen={setChosen} loading={preview.loading} />
        </>
      )}
    </div>
  );
}
