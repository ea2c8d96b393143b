// The small parts that every page is made of: badge, progress, tabs, empty and error states, page head, pager.
import type { ComponentChildren } from "preact";
import { messageOf, Offline, Problem } from "../api/problem";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

export type Tone = "neutral" | "good" | "bad" | "warn" | "info";

export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}

/** `value` from 0 to 1; without it the end is not known. */
export function Progress({ value, label }: { value?: number | undefined; label: string }) {
  return (
    <div class="progress-row">
      <progress class="progress" aria-label={label} {...(value === undefined ? {} : { value, max: 1 })} />
      <span class="progress-text">{value === undefined ? label : `${label} ${Math.floor(value * 100)} %`}</span>
    </div>
  );
}

interface TabsProps {
  label: string;
  value: string;
  tabs: { value: string; label: string; count?: number | undefined }[];
  onChange: (value: string) => void;
}

/** A choice of views of one list. */
export function Tabs({ label, value, tabs, onChange }: TabsProps) {
  return (
    <div class="tabs" role="group" aria-label={label}>
      {tabs.map((tab) => (
        <button key={tab.value} type="button" class="tab" aria-pressed={tab.value === value} onClick={() => onChange(tab.value)}>
          {tab.label}
          {tab.count !== undefined && <span class="tab-count">{tab.count.toLocaleString("en")}</span>}
        </button>
      ))}
    </div>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  actions?: ComponentChildren;
}

export function EmptyState({ icon, title, children, actions }: EmptyProps) {
  return (
    <div class="empty">
      <span class="empty-icon"><Icon name={icon} /></span>
      <h2>{title}</h2>
      {children !== undefined && <div class="empty-text">{children}</div>}
      {actions !== undefined && <div class="empty-actions">{actions}</div>}
    </div>
  );
}

/** What went wrong and what to do, with a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const retry = onRetry === undefined ? undefined : <Button onClick={onRetry}>Try again</Button>;
  if (error instanceof Problem && error.status === 404) {
    return <EmptyState icon="search" title="There is nothing here">It may have been deleted, or the link belongs to another team.</EmptyState>;
  }
  if (error instanceof Problem && error.status === 403) {
    return <EmptyState icon="lock" title="You may not see this">{messageOf(error)} A member who may modify team settings can give it to you.</EmptyState>;
  }
  const title = error instanceof Offline ? "No connection" : "This did not work";
  return <EmptyState icon="alert" title={title} actions={retry}>{messageOf(error)}</EmptyState>;
}

interface HeadProps {
  title: string;
  back?: { href: string; label: string };
  badge?: ComponentChildren;
  note?: ComponentChildren;
  actions?: ComponentChildren;
}

export function PageHead({ title, back, badge, note, actions }: HeadProps) {
  return (
    <header class="page-head">
      {back !== undefined && <a class="back" href={back.href}><Icon name="arrowLeft" />{back.label}</a>}
      <div class="page-head-row">
        <div class="page-title">
          <div class="page-title-line"><h1 tabIndex={-1}>{title}</h1>{badge}</div>
          {note !== undefined && <p class="page-note">{note}</p>}
        </div>
        {actions !== undefined && <div class="page-actions">{actions}</div>}
      </div>
    </header>
  );
}

interface PagerProps {
  page: number;
  pageSize: number;
  total: number;
  onPage: (page: number) => void;
}

export function Pager({ page, pageSize, total, onPage }: PagerProps) {
  const last = Math.max(1, Math.ceil(total / pageSize));
  const from = Math.min(total, (page - 1) * pageSize + 1);
  return (
    <nav class="pager" aria-label="Pages">
      <span class="pager-text">
        {total === 0 ? "No rows" : `${count(from)}–${count(Math.min(total, page * pageSize))} of ${count(total)}`}
      </span>
      <Button small icon="arrowLeft" label="Previous page" disabled={page <= 1} onClick={() => onPage(page - 1)} />
      <span class="pager-text">Page {count(page)} of {count(last)}</span>
      <Button small icon="arrowRight" label="Next page" disabled={page >= last} onClick={() => onPage(page + 1)} />
    </nav>
  );
}

export function Notice({ tone = "info", children }: { tone?: Tone; children: ComponentChildren }) {
  return (
    <div class={`notice notice-${tone}`}>
      <Icon name={tone === "good" ? "check" : tone === "info" || tone === "neutral" ? "info" : "alert"} />
      <div>{children}</div>
    </div>
  );
}

export function count(n: number): string {
  return n.toLocaleString("en");
}

/** “1 contact”, “1,204 contacts”. */
export function many(n: number, one: string, more = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : more}`;
}

/** Grey bars in the shape of what comes. */
export function Skeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: rows }, (_, n) => <div key={n} class="skeleton-row"><span /><span /><span /></div>)}
    </div>
  );
}
