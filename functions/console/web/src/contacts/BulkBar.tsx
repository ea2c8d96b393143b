// What can be done with the chosen contacts, and the way from a page to everything that matches.
import { useState } from "preact/hooks";
import type { ContactPage, Filter } from "../api/types";
import { useOnce } from "../api/useOnce";
import { ExportDialog } from "../jobs/ExportDialog";
import { Button } from "../ui/Button";
import { confirm } from "../ui/confirm";
import { Menu } from "../ui/Menu";
import { count, many } from "../ui/parts";
import { AT_ONCE, bulk } from "./actions";
import { everything, NOTHING, pageState, size, wanted, type Selection } from "./selection";
import { SetFieldDialog } from "./SetFieldDialog";

interface Props {
  selection: Selection;
  page: ContactPage | undefined;
  /** Whether the page is the answer to the filter, not what was there before it. */
  isCurrent: boolean;
  filter: Filter;
  refused: string | null;
  onSelect: (selection: Selection) => void;
}

export function BulkBar({ selection, page, isCurrent, filter, refused, onSelect }: Props) {
  const [dialog, setDialog] = useState<"set" | "export" | null>(null);
  const [busy, setBusy] = useState(false);
  const once = useOnce();
  const n = size(selection);
  const ids = page?.items.map((row) => row.id) ?? [];
  const elsewhere = selection.kind === "some" ? n - ids.filter((id) => selection.ids.has(id)).length : 0;
  const offerAll = isCurrent && selection.kind === "some" && page !== undefined && page.total > ids.length && pageState(selection, ids) === "all";

  const act = async (action: Parameters<typeof bulk>[0]): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    const done = await bulk(action, wanted(selection), once);
    setBusy(false);
    if (done) onSelect(NOTHING);
    return done;
  };
  const remove = async (): Promise<void> => {
    const sure = await confirm({
      title: `Delete ${many(n, "contact")}?`,
      // What matches is counted when it is asked for, so the words must hold for any number.
      text: `Up to ${AT_ONCE} contacts disappear for every member at once. More become a plan first, which lists each one and deletes nothing until you apply it. Either can be undone from Jobs for 30 days.`,
      yes: `Delete ${many(n, "contact")}`,
      danger: true,
    });
    if (sure) await act("delete");
  };

  return (
    <div class="bulk" role="region" aria-label="Selected contacts">
      <span class="bulk-count" role="status">
        {selection.kind === "all" ? `All ${count(n)} that match are selected` : `${count(n)} selected`}
        {elsewhere > 0 && <span class="bulk-elsewhere"> · {count(elsewhere)} not on this page</span>}
      </span>
      {offerAll && <Button kind="quiet" small onClick={() => onSelect(everything(filter, page.total))}>Select all {count(page.total)} that match</Button>}
      <span class="bulk-actions">
        <Menu
          label="Status of the selected contacts"
          text="Status"
          icon="chevron"
          small
          busy={busy}
          items={[
            { label: "Activate", reason: refused, onSelect: () => void act("activate") },
            { label: "Deactivate", reason: refused, onSelect: () => void act("deactivate") },
            { label: "Give portal access", reason: refused, onSelect: () => void act("grantPortalAccess") },
            { label: "Take portal access", reason: refused, onSelect: () => void act("revokePortalAccess") },
          ]}
        />
        <Button small icon="pencil" reason={refused} onClick={() => setDialog("set")}>Set a field</Button>
        <Button small icon="download" onClick={() => setDialog("export")}>Export</Button>
        <Button small kind="danger" icon="trash" busy={busy} reason={refused} onClick={() => void remove()}>Delete</Button>
        <Button small kind="quiet" icon="close" label="Clear the selection" onClick={() => onSelect(NOTHING)} />
      </span>
      {dialog === "set" && (
        <SetFieldDialog count={n} onClose={() => setDialog(null)} onSet={async (fields) => {
          if (await act({ set: fields })) setDialog(null);
        }} />
      )}
      {dialog === "export" && <ExportDialog what={wanted(selection)} total={n} filtered={selection.kind === "all"} onClose={() => setDialog(null)} />}
    </div>
  );
}
