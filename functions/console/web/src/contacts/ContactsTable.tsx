// The table of contacts: sortable columns, one stop for the Tab key, arrow keys between rows, x selects, Enter opens.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ContactPage } from "../api/types";
import { Icon } from "../ui/Icon";
import { ContactLine } from "./ContactLine";
import { sortedBy, type ListState, type Sort } from "./listState";
import { extend, has, pageState, toggle, togglePage, type Selection } from "./selection";

interface Props {
  page: ContactPage;
  state: ListState;
  selection: Selection;
  refused: string | null;
  onSelect: (selection: Selection) => void;
  onState: (state: ListState) => void;
  onWhy: (contact: { id: string; name: string }) => void;
}

const COLUMNS: { sort: Sort | null; title: string; name: string }[] = [
  { sort: "name", title: "Name", name: "name" },
  { sort: "company", title: "Company", name: "company" },
  { sort: "primaryEmail", title: "Primary Email", name: "email" },
  { sort: null, title: "Phone", name: "phone" },
  { sort: "status", title: "Status", name: "status" },
  { sort: "updatedAt", title: "Updated", name: "updated" },
];

export function ContactsTable({ page, state, selection, refused, onSelect, onState, onWhy }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [current, setCurrent] = useState(0);
  const before = useRef<string | null>(null);
  const ids = page.items.map((row) => row.id);
  const whole = pageState(selection, ids);
  useEffect(() => setCurrent(0), [page]);

  const select = (id: string, range: boolean): void => {
    onSelect(range && before.current !== null ? extend(selection, before.current, id, ids) : toggle(selection, id, ids));
    before.current = id;
  };
  const focusRow = (index: number): void => {
    const to = Math.min(Math.max(index, 0), page.items.length - 1);
    setCurrent(to);
    body.current?.querySelectorAll<HTMLElement>(".row-link")[to]?.focus();
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target instanceof Element ? event.target.closest("tr") : null;
    const at = row === null ? current : [...(body.current?.rows ?? [])].indexOf(row);
    const moves: Record<string, number> = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: page.items.length - 1 };
    const move = moves[event.key];
    const id = ids[at];
    if (event.key === "ArrowUp" && at === 0) document.querySelector<HTMLElement>(".search-input")?.focus();
    else if (move !== undefined) focusRow(move);
    else if (event.key.toLowerCase() === "x" && id !== undefined) select(id, event.shiftKey);
    else if (event.key === "Escape") onSelect({ kind: "some", ids: new Set() });
    else return;
    event.preventDefault();
  };

  return (
    <table class="table contacts">
      <caption class="sr-only">Contacts. Arrow keys move between rows, Enter opens, x selects.</caption>
      <thead>
        <tr>
          <th scope="col" class="cell-check">
            <label class="check">
              <input
                type="checkbox"
                aria-label="Select this page"
                checked={whole === "all"}
                ref={(box) => {
                  if (box !== null) box.indeterminate = whole === "some";
                }}
                onChange={() => onSelect(togglePage(selection, ids))}
              />
            </label>
          </th>
          {COLUMNS.map(({ sort, title, name }) => (
            <th
              key={name}
              scope="col"
              class={`cell-${name}`}
              aria-sort={sort === null ? undefined : state.sort !== sort ? "none" : state.order === "asc" ? "ascending" : "descending"}
            >
              {sort === null ? title : (
                <button type="button" class="sort" onClick={() => onState(sortedBy(state, sort))}>
                  {title}
                  <Icon name={state.sort === sort && state.order === "desc" ? "arrowDown" : "arrowUp"} />
                </button>
              )}
            </th>
          ))}
          <th scope="col" class="cell-menu"><span class="sr-only">Actions</span></th>
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={keys}>
        {page.items.map((row, index) => (
          <ContactLine
            // By place, so that another page of rows changes the texts of these and makes none anew.
            key={index}
            row={row}
            chosen={has(selection, row.id)}
            isCurrent={index === current}
            refused={refused}
            onFocus={() => setCurrent(index)}
            onSelect={(range) => select(row.id, range)}
            onWhy={() => onWhy({ id: row.id, name: row.displayName })}
          />
        ))}
      </tbody>
    </table>
  );
}
