// A dialog on the browser's own <dialog>: focus stays inside, Escape closes, focus goes back to where it was.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./Button";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  actions?: ComponentChildren;
  size?: "small" | "wide" | "panel";
  /** Escape and the cross tell `onClose`, but the dialog stays. */
  stays?: boolean;
  /** The page behind it cannot be read. */
  hides?: boolean;
}

export function Dialog({ title, onClose, children, actions, size = "small", stays = false, hides = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();

  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      class={`dialog dialog-${size}${hides ? " dialog-hides" : ""}`}
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // The browser closes a dialog that was cancelled often enough, whatever is said against it.
      onClose={() => {
        if (stays) dialog.current?.showModal();
        else if (dialog.current !== null) onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current && !stays) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={name}>{title}</h2>
          {!stays && <Button kind="quiet" icon="close" label="Close" onClick={onClose} />}
        </header>
        <div class="dialog-body">{children}</div>
        {actions !== undefined && <footer class="dialog-foot">{actions}</footer>}
      </div>
    </dialog>
  );
}
