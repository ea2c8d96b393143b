// Inputs with their label, hint and error. The error is tied to the input, so that a screen reader says both.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Common {
  label: string;
  name?: string;
  error?: string | undefined;
  hint?: ComponentChildren;
  /** Stands at the end of the label's line. */
  aside?: ComponentChildren;
  locked?: boolean;
}

interface FieldProps extends Common {
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "email" | "tel" | "search";
  long?: boolean;
  placeholder?: string;
  autoComplete?: string;
}

export function Field({ value, onInput, type = "text", long = false, placeholder, autoComplete = "off", ...common }: FieldProps) {
  const id = useId();
  const shared = {
    id,
    value,
    placeholder,
    autoComplete,
    readOnly: common.locked ?? false,
    "aria-invalid": common.error !== undefined,
    "aria-describedby": `${id}-more`,
    "data-field": common.name,
  };
  return (
    <Wrap id={id} {...common}>
      {long ? (
        <textarea {...shared} rows={5} class="input" onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input {...shared} type={type} list={undefined} class="input" onInput={(event) => onInput(event.currentTarget.value)} />
      )}
    </Wrap>
  );
}

interface SelectProps extends Common {
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}

export function Select({ value, options, onChange, ...common }: SelectProps) {
  const id = useId();
  return (
    <Wrap id={id} {...common}>
      <select
        id={id}
        class="input select"
        value={value}
        disabled={common.locked}
        aria-invalid={common.error !== undefined}
        aria-describedby={`${id}-more`}
        data-field={common.name}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
    </Wrap>
  );
}

/** A select without a visible label, for tables and toolbars. */
export function BareSelect({ label, value, options, onChange }: { label: string; value: string; options: { value: string; label: string }[]; onChange: (value: string) => void }) {
  return (
    <select class="input select" aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
    </select>
  );
}

function Wrap({ id, label, error, hint, aside, children }: Common & { id: string; children: ComponentChildren }) {
  return (
    <div class={error === undefined ? "field" : "field field-wrong"}>
      <div class="field-top">
        <label for={id}>{label}</label>
        {aside}
      </div>
      {children}
      <div id={`${id}-more`} class="field-more">
        {error !== undefined && <p class="problem">{error}</p>}
        {hint !== undefined && <p class="hint">{hint}</p>}
      </div>
    </div>
  );
}
