// One contact as a row of the table, with its menu. It is drawn again only when something of it changed.
import { Component } from "preact";
import type { ContactRow } from "../api/types";
import { navigate } from "../router";
import { useSigned } from "../session/me";
import { confirm } from "../ui/confirm";
import { Menu } from "../ui/Menu";
import { Badge } from "../ui/parts";
import { dateTime, shortDate } from "../ui/time";
import { remove } from "./actions";
import { copyContactLink } from "./portalLinks";

interface Props {
  row: ContactRow;
  chosen: boolean;
  isCurrent: boolean;
  refused: string | null;
  onFocus: () => void;
  onSelect: (range: boolean) => void;
  onWhy: () => void;
}

export class ContactLine extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const { row, chosen, isCurrent, refused } = this.props;
    return row.id !== next.row.id || row.version !== next.row.version || chosen !== next.chosen || isCurrent !== next.isCurrent || refused !== next.refused;
  }

  // The handlers of the newest render are asked for when something happens, because a row that did not change keeps its old ones.
  override render({ row, chosen, isCurrent, refused }: Props) {
    return (
      <Line
        row={row}
        chosen={chosen}
        isCurrent={isCurrent}
        refused={refused}
        onFocus={() => this.props.onFocus()}
        onSelect={(range) => this.props.onSelect(range)}
        onWhy={() => this.props.onWhy()}
      />
    );
  }
}

function Line({ row, chosen, isCurrent, refused, onFocus, onSelect, onWhy }: Props) {
  const { me } = useSigned();
  const phone = Object.values(row.phones)[0];
  const more = Object.keys(row.emails).length;
  const stop = isCurrent ? 0 : -1;
  const email = row.primaryEmail ?? Object.values(row.emails)[0];
  return (
    <tr class={chosen ? "row row-chosen" : "row"} onFocusIn={isCurrent ? undefined : onFocus}>
      <td class="cell-check">
        <label class="check">
          <input
            type="checkbox"
            tabIndex={stop}
            aria-label={`Select ${row.displayName}`}
            checked={chosen}
            onClick={(event) => {
              onSelect(event.shiftKey);
              // A range takes in the row that is clicked, also when the click would have taken it out.
              const box = event.currentTarget;
              if (event.shiftKey) setTimeout(() => {
                box.checked = true;
              });
            }}
          />
        </label>
      </td>
      <td class="cell-name">
        <a class="row-link" href={`/app/contacts/${row.id}`} tabIndex={stop}>{row.displayName}</a>
      </td>
      <td class="cell-company" data-label="Company">{row.company}</td>
      <td class="cell-email" data-label="Email">
        {email}
        {more > 0 && row.primaryEmail != null && <span class="more" title={Object.values(row.emails).join(", ")}>+{more}</span>}
      </td>
      <td class="cell-phone" data-label="Phone">{phone}</td>
      <td class="cell-status"><Badge tone={row.contactIsActive ? "good" : "neutral"}>{row.contactIsActive ? "Active" : "Inactive"}</Badge></td>
      <td class="cell-updated" data-label="Updated" title={dateTime(row.updatedAt, me.timeZone)}>{shortDate(row.updatedAt, me.timeZone)}</td>
      <td class="cell-menu">
        <Menu
          key={row.id}
          small
          label={`Actions for ${row.displayName}`}
          items={[
            { label: "View", icon: "view", onSelect: () => void navigate(`/app/contacts/${row.id}`) },
            { label: "Edit", icon: "pencil", reason: refused, onSelect: () => void navigate(`/app/contacts/${row.id}/edit`) },
            { label: "Why?", icon: "question", onSelect: onWhy },
            { label: "Copy portal link", icon: "copy", reason: refused, onSelect: () => void copyContactLink(row.id, row.displayName) },
            { label: "Delete", icon: "trash", danger: true, reason: refused, onSelect: () => void deleteOne(row) },
          ]}
        />
      </td>
    </tr>
  );
}

async function deleteOne({ id, displayName }: ContactRow): Promise<void> {
  const sure = await confirm({
    title: `Delete ${displayName}?`,
    text: "The contact disappears for every member at once. For 30 days the deletion can be undone from Jobs.",
    yes: "Delete 1 contact",
    danger: true,
  });
  if (sure) await remove(id, displayName);
}
