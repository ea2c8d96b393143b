// The directory: search as you type, filter, sort, pages, selection and what can be done with it. Its state stands in the URL.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import type { ContactPage } from "../api/types";
import { useLoad } from "../api/useLoad";
import { navigate, useLocation } from "../router";
import { refusal, useSigned } from "../session/me";
import { Button, LinkButton } from "../ui/Button";
import { count, EmptyState, ErrorState, PageHead, Pager, Skeleton, Tabs } from "../ui/parts";
import { WhyPanel } from "../why/WhyPanel";
import { ExportDialog } from "../jobs/ExportDialog";
import { BulkBar } from "./BulkBar";
import { whenContactsChange } from "./changes";
import { ContactsTable } from "./ContactsTable";
import { remember } from "./lastList";
import { changed, filterOf, parse, print, type ListState } from "./listState";
import { copyTeamLink } from "./portalLinks";
import { SearchBox } from "./SearchBox";
import { afterSearch, NOTHING, size, without, type Selection } from "./selection";

const PAGE_SIZE = 50;

export function ContactsPage() {
  const { search } = useLocation();
  const { me } = useSigned();
  const state = useMemo(() => parse(search), [search]);
  const [chosen, choose] = useState<Selection>(NOTHING);
  const [why, setWhy] = useState<{ id: string; name: string } | null>(null);
  const table = useRef<HTMLDivElement>(null);

  const { data, error, loading, reload } = useLoad(print(state), (signal) =>
    call<ContactPage>("/v1/contacts", {
      query: { q: state.q, status: state.shown === "all" ? null : state.shown, sort: state.sort, order: state.order, page: state.page, pageSize: PAGE_SIZE },
      signal,
    }));
  useEffect(() => whenContactsChange((gone) => {
    if (gone !== null) choose((before) => without(before, gone));
    reload();
  }), [reload]);
  // Coming back to the tab shows what others changed meanwhile.
  useEffect(() => {
    const back = (): void => {
      if (document.visibilityState === "visible") reload();
    };
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, [reload]);

  useEffect(() => remember(`/app/contacts${print(state)}`), [state]);

  const filter = filterOf(state);
  const selection = afterSearch(chosen, filter);
  const go = useCallback((next: ListState, how: "push" | "replace" = "push") => void navigate(`/app/contacts${print(next)}`, how), []);
  const type = useCallback((q: string) => go(changed(parse(location.search), { q }), "replace"), [go]);

  // A page that is no longer there, after deleting or from an old link, leads to the last one.
  const last = data === undefined ? 1 : Math.max(1, Math.ceil(data.total / PAGE_SIZE));
  useEffect(() => {
    if (!loading && data !== undefined && data.page > last) go({ ...state, page: last }, "replace");
  }, [loading, data, last]);

  const modify = refusal(me.can.modifyContacts);
  const filtered = state.q !== "" || state.shown !== "all";

  return (
    <div class="page page-list">
      <PageHead
        title="Contacts"
        badge={data !== undefined && <span class="page-total">{count(data.total)}</span>}
        actions={
          <>
            <Button kind="quiet" icon="copy" onClick={copyTeamLink}>Get contact portal</Button>
            <LinkButton href="/app/import" icon="upload">Import</LinkButton>
            <ExportAll state={state} total={data?.total ?? 0} />
            <Button kind="primary" icon="add" reason={modify} onClick={() => void navigate("/app/contacts/new")}>New contact</Button>
          </>
        }
      />
      <div class="toolbar">
        <SearchBox value={state.q} onSearch={type} onDown={() => table.current?.querySelector<HTMLElement>("tbody a")?.focus()} />
        <Tabs
          label="Status"
          value={state.shown}
          tabs={[{ value: "all", label: "All" }, { value: "active", label: "Active" }, { value: "inactive", label: "Inactive" }]}
          onChange={(shown) => go(changed(state, { shown: shown as ListState["shown"] }))}
        />
        <span class="keys" aria-hidden="true" hidden={data === undefined || data.total === 0}><kbd>↑</kbd><kbd>↓</kbd> move <kbd>Enter</kbd> open <kbd>x</kbd> select</span>
      </div>
      <div role="status" class="sr-only">{data === undefined || loading ? "" : `${count(data.total)} contacts found`}</div>
      <div class={size(selection) > 0 ? "list list-chosen" : "list"} ref={table} aria-busy={loading}>
        {loading && data !== undefined && <div class="loading-line" />}
        {error !== undefined && data === undefined && <ErrorState error={error} onRetry={reload} />}
        {error !== undefined && data !== undefined && <div class="list-stale" role="alert">The list could not be read anew. <Button small onClick={reload}>Try again</Button></div>}
        {data === undefined && error === undefined && <Skeleton rows={14} />}
        {data !== undefined && data.total > 0 && (
          <ContactsTable page={data} state={state} selection={selection} onSelect={choose} onState={go} onWhy={setWhy} refused={modify} />
        )}
        {data !== undefined && data.total === 0 && filtered && (
          <EmptyState
            icon="search"
            title="Nobody matches"
            actions={<Button onClick={() => go(changed(state, { q: "", shown: "all" }))}>Show all contacts</Button>}
          >
            All words must stand somewhere in the name, company, emails or phones. Try fewer or shorter words.
          </EmptyState>
        )}
        {data !== undefined && data.total === 0 && !filtered && (
          <EmptyState
            icon="contacts"
            title="No contacts yet"
            actions={
              <>
                <LinkButton kind="primary" icon="upload" href="/app/import">Import a file</LinkButton>
                <Button icon="add" reason={modify} onClick={() => void navigate("/app/contacts/new")}>New contact</Button>
              </>
            }
          >
            Contacts are the people whom your team supports. Bring them in from a file, or add the first one by hand.
          </EmptyState>
        )}
      </div>
      {data !== undefined && data.total > 0 && (
        <Pager page={data.page} pageSize={PAGE_SIZE} total={data.total} onPage={(page) => {
          go({ ...state, page });
          table.current?.scrollTo({ top: 0 });
        }} />
      )}
      {size(selection) > 0 && (
        <BulkBar selection={selection} page={data} isCurrent={!loading && error === undefined} filter={filter} onSelect={choose} refused={modify} />
      )}
      {why !== null && <WhyPanel id={why.id} name={why.name} onClose={() => setWhy(null)} />}
    </div>
  );
}

function ExportAll({ state, total }: { state: ListState; total: number }) {
  const [open, setOpen] = useState(false);
  const filter = filterOf(state);
  const filtered = filter.q !== undefined || filter.status !== undefined;
  return (
    <>
      <Button icon="download" disabled={total === 0} onClick={() => setOpen(true)}>Export</Button>
      {open && <ExportDialog what={filtered ? { filter } : "all"} total={total} filtered={filtered} onClose={() => setOpen(false)} />}
    </>
  );
}
