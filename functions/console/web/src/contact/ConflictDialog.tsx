// Both versions of a contact side by side, after somebody else saved first; the member chooses field by field.
import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Badge, many, Notice } from "../ui/parts";
import { differences, isDecided, merged, suggestions, type Choices, type Side } from "./conflict";
import type { Flat, Value } from "./draft";
import { textOf, titleOf } from "./fields";

interface Props {
  base: Flat;
  mine: Flat;
  theirs: Flat;
  onChoose: (result: Flat) => Promise<void>;
  onClose: () => void;
}

export function ConflictDialog({ base, mine, theirs, onChoose, onClose }: Props) {
  const all = differences(base, mine, theirs);
  const [choices, setChoices] = useState<Choices>(() => suggestions(all));
  const clashes = all.filter((each) => each.clash).length;
  const every = (side: Side): void => setChoices(Object.fromEntries(all.map(({ name }) => [name, side])));
  const decided = isDecided(all, choices);

  return (
    <Dialog
      title="Somebody else saved this contact first"
      size="wide"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Back to the form</Button>
          <Button kind="primary" reason={decided ? null : "Choose a version for each field first."} onClick={() => onChoose(merged(theirs, all, choices))}>Save what is chosen</Button>
        </>
      }
    >
      <Notice tone={clashes > 0 ? "warn" : "info"}>
        {clashes > 0
          ? `${many(clashes, "field")} changed on both sides. Choose which version stays; nothing is saved until you do.`
          : "You changed different fields. What is chosen below keeps both changes."}
      </Notice>
      <div class="choice-all">
        <Button small onClick={() => every("mine")}>All mine</Button>
        <Button small onClick={() => every("theirs")}>All theirs</Button>
      </div>
      <table class="table choice">
        <thead>
          <tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">Mine</th><th scope="col">Theirs, saved now</th></tr>
        </thead>
        <tbody>
          {all.map(({ name, base: before, mine: my, theirs: their, clash }) => (
            <tr key={name}>
              <th scope="row">{titleOf(name)} {clash && <Badge tone="warn">both</Badge>}</th>
              <td data-label="Before"><Shown value={before} /></td>
              <td data-label="Mine"><Pick name={name} side="mine" value={my} choices={choices} onChoices={setChoices} /></td>
              <td data-label="Theirs"><Pick name={name} side="theirs" value={their} choices={choices} onChoices={setChoices} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}

function Pick({ name, side, value, choices, onChoices }: { name: string; side: Side; value: Value; choices: Choices; onChoices: (choices: Choices) => void }) {
  return (
    <label class="pick">
      <input
        type="radio"
        name={`choice-${name}`}
        checked={choices[name] === side}
        aria-label={`${titleOf(name)}, ${side}: ${textOf(value) || "empty"}`}
        onChange={() => onChoices({ ...choices, [name]: side })}
      />
      <Shown value={value} />
    </label>
  );
}

export function Shown({ value }: { value: unknown }) {
  const text = textOf(value);
  return text === "" ? <span class="nothing">empty</span> : <span class="value">{text}</span>;
}
