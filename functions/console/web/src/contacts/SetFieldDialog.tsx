// Sets one field of many contacts: company, division or a switch.
import { useState } from "preact/hooks";
import { SWITCHES, titleOf } from "../contact/fields";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Select } from "../ui/Field";
import { many } from "../ui/parts";
import { AT_ONCE } from "./actions";

interface Props {
  count: number;
  onSet: (fields: Record<string, string | boolean | null>) => Promise<void>;
  onClose: () => void;
}

const TEXTS = ["company", "division"];

export function SetFieldDialog({ count, onSet, onClose }: Props) {
  const [field, setField] = useState("company");
  const [text, setText] = useState("");
  const [on, setOn] = useState("true");
  const isText = TEXTS.includes(field);
  const value = isText ? (text.trim() === "" ? null : text.trim()) : on === "true";

  return (
    <Dialog
      title={`Set a field of ${many(count, "contact")}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" onClick={() => onSet({ [field]: value })}>
            Change {many(count, "contact")}
          </Button>
        </>
      }
    >
      <div class="form">
        <Select
          label="Field"
          value={field}
          options={[...TEXTS, ...SWITCHES].map((each) => ({ value: each, label: titleOf(each) }))}
          onChange={setField}
        />
        {isText
          ? <Field label="New value" value={text} onInput={setText} hint="Leave it empty to clear the field." />
          : <Select label="New value" value={on} onChange={setOn} options={[{ value: "true", label: "On" }, { value: "false", label: "Off" }]} />}
        <p class="hint">Up to {AT_ONCE} contacts are changed at once, which can be undone. More become a plan first: you see every row before anything is written.</p>
      </div>
    </Dialog>
  );
}
