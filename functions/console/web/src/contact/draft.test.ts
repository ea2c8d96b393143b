// The form's values become the smallest patch that says what changed.
import { describe, expect, test } from "vitest";
import { doubled, flatten, fromDraft, isChanged, labeledRow, patch, toDraft } from "./draft";

describe("a draft", () => {
  const contact = { firstName: "Zoë", displayName: "Zoë", hasOwnDisplayName: false, notes: "a\n", contactIsActive: true, emails: { "a.b": "a@x.example" }, phones: {} };

  test("an untouched form changes nothing", () => {
    const flat = flatten(contact);
    expect(flat["displayName"]).toBeUndefined();
    expect(isChanged(flat, fromDraft(toDraft(flat)))).toBe(false);
  });

  test("an emptied field is cleared, a switch is sent as it stands", () => {
    expect(patch({ company: "X", contactIsActive: true }, { contactIsActive: false })).toEqual({ company: null, contactIsActive: false });
  });

  test("a renamed label clears the old one and sets the new one, also with a dot in it", () => {
    const draft = toDraft(flatten(contact));
    const renamed = { ...draft, emails: draft.emails.map((row) => ({ ...row, label: "work" })) };
    expect(patch(flatten(contact), fromDraft(renamed))).toEqual({ emails: { "a.b": null, work: "a@x.example" } });
  });

  test("a row without a label gets a free one, an empty row is none", () => {
    const draft = { values: {}, emails: [labeledRow("email", "a@x"), labeledRow("", "b@x"), labeledRow("later", " ")], phones: [] };
    expect(fromDraft(draft)).toEqual({ "emails.email": "a@x", "emails.email2": "b@x" });
  });

  test("two rows without a label are both kept", () => {
    const draft = { values: {}, emails: [], phones: [labeledRow("", "1"), labeledRow("", "2"), labeledRow("phone2", "3")] };
    expect(fromDraft(draft)).toEqual({ "phones.phone": "1", "phones.phone3": "2", "phones.phone2": "3" });
  });

  test("a label that stands there twice is found before it overwrites", () => {
    const rows = [labeledRow("work", "1"), labeledRow(" work", "2"), labeledRow("work", "")];
    expect([...doubled(rows)]).toEqual([rows[1]?.key]);
  });
});
