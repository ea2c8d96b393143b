// Merges two contacts field by field: what stays is chosen in the table, and the other contact goes.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { Contact, Job } from "../api/types";
import { useLoad } from "../api/useLoad";
import { useOnce } from "../api/useOnce";
import { undo } from "../contacts/actions";
import { contactsChanged } from "../contacts/changes";
import { Shown } from "../contact/ConflictDialog";
import { titleOf } from "../contact/fields";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { ErrorState, Notice, Skeleton } from "../ui/parts";
import { toast } from "../ui/Toast";
import { mergeLines, taken, type Kept, type MergeLine } from "./take";

interface Props {
  ids: [string, string];
  onMerged: () => void;
  onClose: () => void;
}

export function MergeDialog({ ids, onMerged, onClose }: Props) {
  const [turned, setTurned] = useState(false);
  const [lines, setLines] = useState<MergeLine[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const once = useOnce();
  const { data, error, reload } = useLoad(ids.join(), (signal) => Promise.all(ids.map((id) => call<Contact>(`/v1/contacts/${id}`, { signal }))));
  const [keep, remove] = turned ? [data?.[1], data?.[0]] : [data?.[0], data?.[1]];
  useEffect(() => {
    if (keep !== undefined && remove !== undefined) setLines(mergeLines(keep, remove));
  }, [keep, remove]);

  const choose = (field: string, chosen: Kept): void => setLines(lines.map((line) => (line.field === field ? { ...line, chosen } : line)));
  const merge = async (): Promise<void> => {
    setProblem(null);
    try {
      const body = { keep: keep?.id, remove: remove?.id, take: taken(lines) };
      const job = await once(body, (name) => call<Job>("/v1/contacts/merge", { method: "POST", body, once: name }));
      toast(`${remove?.displayName ?? "The contact"} was merged into ${keep?.displayName ?? "the other"}.`, { action: { label: "Undo", run: () => undo(job.id) } });
      contactsChanged();
      onMerged();
    } catch (refused) {
      setProblem(messageOf(refused));
    }
  };

  return (
    <Dialog
      title="Merge two contacts"
      size="wide"
      onClose={onClose}
      actions={
        <>
          <Button icon="merge" disabled={data === undefined} onClick={() => setTurned(!turned)}>Keep the other one</Button>
          <span class="spacer" />
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={data === undefined} onClick={merge}>Merge</Button>
        </>
      }
    >
      {error !== undefined && <ErrorState error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Skeleton rows={4} />}
      {problem !== null && <div role="alert"><Notice tone="bad">{problem}</Notice></div>}
      {keep !== undefined && remove !== undefined && (
        <>
          <p>The left one stays with its id, links and history. The right one goes; its addresses and phones are kept.</p>
          <table class="table choice">
            <thead>
              <tr><th scope="col">Field</th><th scope="col">Stays: {keep.displayName}</th><th scope="col">Goes: {remove.displayName}</th></tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.field}>
                  <th scope="row">
                    {titleOf(line.field)}
                    {line.canBeBoth && <label class="pick pick-both"><input type="radio" name={`merge-${line.field}`} checked={line.chosen === "both"} onChange={() => choose(line.field, "both")} /> keep both</label>}
                  </th>
                  <td data-label="Stays">
                    {line.canBeBoth ? <Shown value={line.left} /> : <Side line={line} side="left" onChoose={choose} />}
                  </td>
                  <td data-label="Goes"><Side line={line} side="right" onChoose={choose} /></td>
                </tr>
              ))}
              {lines.length === 0 && <tr><td colSpan={3}>Both hold the same. Merging removes the right one.</td></tr>}
            </tbody>
          </table>
        </>
      )}
    </Dialog>
  );
}

function Side({ line, side, onChoose }: { line: MergeLine; side: "left" | "right"; onChoose: (field: string, chosen: Kept) => void }) {
  const locked = side === "left" ? line.left === null : line.right === null;
  return (
    <label class="pick">
      <input
        type="radio"
        name={`merge-${line.field}`}
        aria-label={`${titleOf(line.field)} of the ${side} contact`}
        checked={line.chosen === side}
        disabled={locked && line.chosen !== side}
        onChange={() => onChoose(line.field, side)}
      />
      <Shown value={line[side]} />
    </label>
  );
}
