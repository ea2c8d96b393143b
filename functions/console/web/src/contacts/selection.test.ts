// Selection over pages: what is chosen, what “everything that matches” means, and what is sent.
import { describe, expect, test } from "vitest";
import { afterSearch, everything, extend, has, NOTHING, pageState, size, toggle, togglePage, wanted, without } from "./selection";

const ONE = ["a", "b", "c"];
const TWO = ["d", "e"];
const ids = (selection: ReturnType<typeof toggle>): string[] => (selection.kind === "some" ? [...selection.ids].sort() : ["everything"]);

describe("selection", () => {
  test("rows of two pages add up, and leaving a page keeps its rows", () => {
    const chosen = toggle(toggle(NOTHING, "a", ONE), "e", TWO);
    expect(ids(chosen)).toEqual(["a", "e"]);
    expect([pageState(chosen, ONE), pageState(chosen, TWO), pageState(chosen, ["x"])]).toEqual(["some", "some", "none"]);
    expect(wanted(chosen)).toEqual({ ids: ["a", "e"] });
  });

  test("a contact that was deleted is not chosen any more", () => {
    expect(ids(without(toggle(toggle(NOTHING, "a", ONE), "b", ONE), "a"))).toEqual(["b"]);
    expect(size(without(everything({}, 300), "a"))).toBe(299);
  });

  test("a page is taken in as a whole and out as a whole, and others stay", () => {
    const both = togglePage(togglePage(NOTHING, ONE), TWO);
    expect(size(both)).toBe(5);
    expect(ids(togglePage(both, ONE))).toEqual(["d", "e"]);
    expect(pageState(toggle(both, "a", ONE), ONE)).toBe("some");
    expect(ids(togglePage(toggle(NOTHING, "a", ONE), ONE))).toEqual(ONE);
  });

  test("a range is taken in both directions", () => {
    expect(ids(extend(NOTHING, "a", "c", ONE))).toEqual(ONE);
    expect(ids(extend(NOTHING, "c", "b", ONE))).toEqual(["b", "c"]);
    expect(ids(extend(NOTHING, "not here", "b", ONE))).toEqual(["b"]);
  });

  test("everything that matches is sent as the filter, has every row, and its total", () => {
    const all = everything({ q: "ann", status: "active" }, 1_204);
    expect([has(all, "unseen"), size(all), pageState(all, ONE)]).toEqual([true, 1_204, "all"]);
    expect(wanted(all)).toEqual({ filter: { q: "ann", status: "active" } });
  });

  test("a row taken out of everything leaves the rest of the page, never rows that nobody saw", () => {
    expect(ids(toggle(everything({}, 1_204), "b", ONE))).toEqual(["a", "c"]);
    expect(togglePage(everything({}, 1_204), ONE)).toBe(NOTHING);
  });

  test("another search lets go of everything, but not of single rows", () => {
    const all = everything({ q: "ann" }, 7);
    expect(afterSearch(all, { q: "ann" })).toBe(all);
    expect(afterSearch(all, { q: "bob" })).toBe(NOTHING);
    expect(afterSearch(all, { q: "ann", status: "active" })).toBe(NOTHING);
    const some = toggle(NOTHING, "a", ONE);
    expect(afterSearch(some, { q: "bob" })).toBe(some);
  });
});
