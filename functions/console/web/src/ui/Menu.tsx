// A button that opens a list of actions. Arrow keys move, Enter acts, Escape closes; it opens above everything else.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

export interface MenuItem {
  label: string;
  icon?: IconName;
  onSelect: () => void;
  danger?: boolean;
  /** Why it is locked. */
  reason?: string | null;
}

interface Props {
  label: string;
  items: MenuItem[];
  icon?: IconName;
  text?: string;
  small?: boolean;
  /** What was chosen from it is being done. */
  busy?: boolean;
}

export function Menu({ label, items, icon = "dots", text, small = false, busy = false }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLSpanElement>(null);
  // The list is made when it is asked for: a table has a menu in each row.
  const [isOpen, setOpen] = useState(false);

  useLayoutEffect(() => {
    const menu = list.current;
    const button = anchor.current?.getBoundingClientRect();
    if (!isOpen || menu === null || button === undefined) return;
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    const below = button.bottom + 4 + height < innerHeight;
    menu.style.top = `${below ? button.bottom + 4 : Math.max(4, button.top - height - 4)}px`;
    menu.style.left = `${Math.min(Math.max(8, button.right - width), innerWidth - width - 8)}px`;
    menu.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [isOpen]);
  const close = (): void => {
    list.current?.hidePopover();
    anchor.current?.querySelector("button")?.focus();
  };
  const move = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    const next = steps[event.key];
    if (next !== undefined) {
      event.preventDefault();
      all[(next + all.length) % all.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close();
    }
  };

  return (
    <span ref={anchor} class="menu-anchor" onClick={(event) => event.stopPropagation()}>
      <Button kind={text === undefined ? "quiet" : "plain"} icon={icon} small={small} busy={busy} label={label} opens={isOpen} onClick={() => setOpen(true)}>
        {text}
      </Button>
      {isOpen && <div
        ref={list}
        popover="auto"
        role="menu"
        aria-label={label}
        class="menu"
        onKeyDown={move}
        onToggle={(event) => {
          if (event.newState === "closed") setOpen(false);
        }}
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            class={item.danger === true ? "menu-item menu-danger" : "menu-item"}
            aria-disabled={typeof item.reason === "string"}
            title={item.reason ?? undefined}
            onClick={() => {
              if (typeof item.reason === "string") return;
              close();
              item.onSelect();
            }}
          >
            {item.icon !== undefined && <Icon name={item.icon} />}
            <span>{item.label}</span>
            {typeof item.reason === "string" && <Icon name="lock" />}
          </button>
        ))}
      </div>}
    </span>
  );
}
