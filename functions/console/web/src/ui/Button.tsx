// Buttons and links that look like buttons. A button whose action takes time shows it and cannot be pressed twice.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./Icon";

interface Look {
  kind?: "primary" | "plain" | "quiet" | "danger";
  icon?: IconName | undefined;
  small?: boolean;
}

interface ButtonProps extends Look {
  children?: ComponentChildren;
  onClick?: () => unknown;
  type?: "button" | "submit";
  disabled?: boolean;
  busy?: boolean;
  /** The name, when the button shows only an icon. */
  label?: string;
  /** Why it is locked, shown on hover and read out. */
  reason?: string | null | undefined;
  /** Whether the menu that it opens is open. */
  opens?: boolean;
}

export function Button({ children, onClick, type = "button", disabled = false, busy = false, label, reason, opens, ...look }: ButtonProps) {
  const [working, setWorking] = useState(false);
  const there = useRef(true);
  useEffect(() => () => {
    there.current = false;
  }, []);
  const locked = disabled || (reason !== undefined && reason !== null);
  const press = async (): Promise<void> => {
    if (locked || working || busy) return;
    const result = onClick?.();
    if (!(result instanceof Promise)) return;
    setWorking(true);
    await result.finally(() => there.current && setWorking(false));
  };
  return (
    <button
      type={type}
      class={classes(look, children === undefined)}
      aria-disabled={locked || working || busy}
      aria-busy={working || busy}
      aria-label={label}
      aria-haspopup={opens === undefined ? undefined : "menu"}
      aria-expanded={opens}
      title={reason ?? (children === undefined ? label : undefined)}
      onClick={(event) => {
        if (locked || working || busy) event.preventDefault();
        void press();
      }}
    >
      {working || busy ? <span class="spinner" aria-hidden="true" /> : look.icon !== undefined && <Icon name={look.icon} />}
      {children}
    </button>
  );
}

interface LinkProps extends Look {
  href: string;
  children?: ComponentChildren;
  download?: string;
  label?: string;
}

export function LinkButton({ href, children, download, label, ...look }: LinkProps) {
  return (
    <a href={href} download={download} class={classes(look, children === undefined)} aria-label={label} title={children === undefined ? label : undefined}>
      {look.icon !== undefined && <Icon name={look.icon} />}
      {children}
    </a>
  );
}

function classes({ kind = "plain", small = false }: Look, iconOnly: boolean): string {
  return `button button-${kind}${small ? " button-small" : ""}${iconOnly ? " button-icon" : ""}`;
}
