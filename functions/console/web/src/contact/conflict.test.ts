// A conflict: who changed what, what is suggested, and what comes of the choices.
import { describe, expect, test } from "vitest";
import { differences, isDecided, merged, suggestions } from "./conflict";
import { patch, type Flat } from "./draft";

const base: Flat = { firstName: "Zoë", company: "Before", job: "IT", "emails.work": "old@x.example", portalAccess: false };
const mine: Flat = { ...base, company: "Mine", "emails.work": "mine@x.example" };
const theirs: Flat = { firstName: "Zoë", company: "Theirs", "emails.work": "old@x.example", portalAccess: true };

describe("a conflict", () => {
  test("lists what differs, tells who changed it and marks what both changed", () => {
    const all = differences(base, mine, theirs);
    expect(Object.fromEntries(all.map(({ name, clash, suggested }) => [name, [clash, suggested]]))).toEqual({
      company: [true, null],
      job: [false, "theirs"],
      "emails.work": [false, "mine"],
      portalAccess: [false, "theirs"],
    });
  });

  test("what both changed to the same is no conflict", () => {
    expect(differences({ a: "x" }, { a: "y" }, { a: "y" })).toEqual([]);
  });

  test("is decided only when each field is", () => {
    const all = differences(base, mine, theirs);
    expect(isDecided(all, suggestions(all))).toBe(false);
    expect(isDecided(all, { ...suggestions(all), company: "mine" })).toBe(true);
  });

  test("the suggestions keep what only one side changed", () => {
    const all = differences(base, mine, theirs);
    const result = merged(theirs, all, { ...suggestions(all), company: "mine" });
    expect(result).toEqual({ firstName: "Zoë", company: "Mine", "emails.work": "mine@x.example", portalAccess: true });
    expect(patch(theirs, result)).toEqual({ company: "Mine", emails: { work: "mine@x.example" } });
  });

  test("choosing mine where I cleared a field clears it", () => {
    const all = differences({ job: "IT" }, {}, { job: "CTO" });
    expect(all).toMatchObject([{ name: "job", mine: null, theirs: "CTO", clash: true }]);
    expect(patch({ job: "CTO" }, merged({ job: "CTO" }, all, { job: "mine" }))).toEqual({ job: null });
    expect(patch({ job: "CTO" }, merged({ job: "CTO" }, all, { job: "theirs" }))).toEqual({});
  });
});
