// One setting that is on or off, explained in a sentence; a locked one says why.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./Icon";

interface Props {
  label: string;
  hint?: ComponentChildren;
  checked: boolean;
  onChange: (on: boolean) => void;
  name?: string;
  error?: string | undefined;
  aside?: ComponentChildren;
  /** Why it cannot be changed. */
  locked?: string | null | undefined;
}

export function Switch({ label, hint, checked, onChange, name, error, aside, locked }: Props) {
  const id = useId();
  const isLocked = typeof locked === "string";
  return (
    <div class={isLocked ? "switch-row switch-locked" : "switch-row"}>
      <div class="switch-text">
        <div class="field-top">
          <label for={id}>{label}</label>
          {aside}
        </div>
        <div id={`${id}-more`}>
          {hint !== undefined && <p class="hint">{hint}</p>}
          {error !== undefined && <p class="problem">{error}</p>}
          {isLocked && locked !== "" && <p class="hint switch-why"><Icon name="lock" /> {locked}</p>}
        </div>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        class="switch"
        checked={checked}
        aria-disabled={isLocked}
        aria-describedby={`${id}-more`}
        data-field={name}
        onClick={(event) => {
          if (isLocked) event.preventDefault();
        }}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </div>
  );
}
