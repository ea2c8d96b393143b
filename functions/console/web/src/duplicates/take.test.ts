// A merge loses nothing that is filled, unless the member says so.
import { describe, expect, test } from "vitest";
import type { Contact } from "../api/types";
import { mergeLines, taken } from "./take";

const contact = (values: object): Contact => ({ hasOwnDisplayName: true, emails: {}, phones: {}, ...values }) as unknown as Contact;

describe("merging", () => {
  const lines = mergeLines(
    contact({ firstName: "Ann", company: "A", job: null, emails: { work: "a@x", home: "h@x" } }),
    contact({ firstName: "Ann", company: "B", job: "IT", emails: { home: "h@x", work: "a@x" }, phones: { mobile: "1" } }),
  );

  test("lists what differs only, whatever the order of labels", () => {
    expect(lines.map(({ field }) => field)).toEqual(["company", "job", "phones"]);
  });

  test("keeps the left value, fills what is empty, unites phones", () => {
    expect(lines.map(({ chosen }) => chosen)).toEqual(["left", "right", "both"]);
    expect(taken(lines)).toEqual(["job"]);
  });

  test("a derived name is no value of its own", () => {
    const derived = mergeLines(contact({ displayName: "X", hasOwnDisplayName: false }), contact({ displayName: "Y", hasOwnDisplayName: false }));
    expect(derived).toEqual([]);
  });
});
