// Short messages at the edge of the page, read out by screen readers. One with an action stays longer.
import { useEffect, useState } from "preact/hooks";
import { Button } from "./Button";
import { Icon } from "./Icon";

interface Action {
  label: string;
  run: () => unknown;
}

interface Message {
  id: number;
  text: string;
  kind: "good" | "bad";
  action?: Action | undefined;
}

let next = 1;
let messages: Message[] = [];
let show: ((messages: Message[]) => void) | null = null;

export function toast(text: string, options: { kind?: "good" | "bad"; action?: Action } = {}): void {
  const message: Message = { id: next++, text, kind: options.kind ?? "good", action: options.action };
  put([...messages.slice(-2), message]);
  setTimeout(() => dismiss(message.id), message.action === undefined && message.kind === "good" ? 5_000 : 12_000);
}

function dismiss(id: number): void {
  put(messages.filter((message) => message.id !== id));
}

function put(all: Message[]): void {
  messages = all;
  show?.(all);
}

export function Toasts() {
  const [all, setAll] = useState(messages);
  useEffect(() => {
    show = setAll;
    return () => {
      show = null;
    };
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {all.map(({ id, text, kind, action }) => (
        <div key={id} class={`toast toast-${kind}`}>
          <Icon name={kind === "good" ? "check" : "alert"} />
          <span class="toast-text">{text}</span>
          {action !== undefined && (
            <Button kind="quiet" small onClick={() => {
              dismiss(id);
              return action.run();
            }}>{action.label}</Button>
          )}
          <Button kind="quiet" small icon="close" label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
