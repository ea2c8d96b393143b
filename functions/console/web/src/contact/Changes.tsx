// Each field's old value and new one.
import type { FieldChange } from "../api/types";
import { Shown } from "./ConflictDialog";
import { titleOf } from "./fields";

export function Changes({ changes }: { changes: readonly FieldChange[] }) {
  const spread = changes.flatMap(spreadLabels);
  return (
    <ul class="changes">
      {spread.map(({ name, old, now }) => (
        <li key={name}>
          <span class="change-name">{titleOf(name)}</span>
          {old !== null && <><del><Shown value={old} /></del> <span class="change-arrow"><span class="sr-only">becomes</span><span aria-hidden="true">→</span></span> </>}
          <ins><Shown value={now} /></ins>
        </li>
      ))}
    </ul>
  );
}

interface Line {
  name: string;
  old: unknown;
  now: unknown;
}

/** Labeled emails and phones are shown one by one, and only those that changed. */
function spreadLabels({ field, old, new: now }: FieldChange): Line[] {
  if (field !== "emails" && field !== "phones") return [{ name: field, old: old ?? null, now: now ?? null }];
  const before = (old ?? {}) as Record<string, string>;
  const after = (now ?? {}) as Record<string, string>;
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((label) => before[label] !== after[label])
    .map((label) => ({ name: `${field}.${label}`, old: before[label] ?? null, now: after[label] ?? null }));
}
