// What the list shows stands in the URL, and only what makes sense is read from it.
import { describe, expect, test } from "vitest";
import { changed, filterOf, parse, print, sortedBy, START, type ListState } from "./listState";

describe("the state of the list", () => {
  test("the start has no parameters", () => {
    expect(print(START)).toBe("");
    expect(parse("")).toEqual(START);
  });

  test("what is printed is read again", () => {
    const states: ListState[] = [
      { q: "zoë & co +1 #?", shown: "inactive", sort: "updatedAt", order: "desc", page: 7 },
      { ...START, q: "a  b" },
      { ...START, order: "desc" },
    ];
    for (const state of states) expect(parse(print(state))).toEqual(state);
  });

  test("nonsense is as if it were not there", () => {
    expect(parse("?status=deleted&sort=password&order=up&page=-3")).toEqual(START);
    for (const page of ["0", "1.5", "x", "", "1e99"]) expect(parse(`?page=${page}`).page).toBe(1);
    expect([...parse(`?q=${"😀".repeat(300)}`).q]).toHaveLength(200);
  });

  test("another search or order starts at the first page", () => {
    expect(changed({ ...START, page: 5 }, { q: "x" })).toEqual({ ...START, q: "x", page: 1 });
    expect(changed({ ...START, page: 5 }, { page: 6 }).page).toBe(6);
  });

  test("the same column turns around, another starts where one looks first", () => {
    const byCompany = sortedBy({ ...START, page: 4 }, "company");
    expect(byCompany).toEqual({ ...START, sort: "company", order: "asc", page: 1 });
    expect(sortedBy(byCompany, "company").order).toBe("desc");
    expect(sortedBy(START, "updatedAt").order).toBe("desc");
  });

  test("the filter names only what is set", () => {
    expect(filterOf(START)).toEqual({});
    expect(filterOf({ ...START, q: "x", shown: "active" })).toEqual({ q: "x", status: "active" });
  });
});
