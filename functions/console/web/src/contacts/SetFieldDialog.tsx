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
            {count > AT_ONCE ? "Make a plan" : `Change ${many(count, "contact")}`}
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
        {count > AT_ONCE && <p class="hint">More than {AT_ONCE} contacts become a plan first. You see every row before anything is written.</p>}
      </div>
    </Dialog>
  );
}
