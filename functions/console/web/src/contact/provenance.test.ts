// Each value's origin is the newest entry that changed it.
import { describe, expect, test } from "vitest";
import type { Entry } from "../api/types";
import { origins } from "./provenance";

function entry(version: number, source: Entry["author"]["source"], changes: Entry["changes"], job?: string): Entry {
  return { contact: "c", version, at: `2026-01-0${version}T00:00:00Z`, event: "updated", author: { source, member: `m${version}`, job: job ?? null }, changes };
}

describe("origins", () => {
  const history = [
    entry(3, "import", [{ field: "company", old: "B", new: "C" }, { field: "emails", old: { work: "a@x" }, new: { work: "a@x", home: "h@x" } }], "job-3"),
    entry(2, "member", [{ field: "company", old: "A", new: "B" }, { field: "job", old: null, new: "IT" }]),
    entry(1, "member", [{ field: "company", old: null, new: "A" }, { field: "emails", old: null, new: { work: "a@x" } }]),
  ];

  test("the newest change of a field counts", () => {
    expect(origins(history)["company"]).toEqual({ source: "import", member: "m3", at: "2026-01-03T00:00:00Z", job: "job-3" });
    expect(origins(history)["job"]?.member).toBe("m2");
  });

  test("each labeled address has its own origin", () => {
    const found = origins(history);
    expect([found["emails"]?.member, found["emails.home"]?.member, found["emails.work"]?.member]).toEqual(["m3", "m3", "m1"]);
  });

  test("what never changed has none", () => {
    expect(origins(history)["notes"]).toBeUndefined();
    expect(origins([])).toEqual({});
  });
});
