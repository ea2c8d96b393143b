// A session ends an hour after its last use and a day after its start.
import { expect, test } from "vitest";
import { isOver } from "./idle";

const MINUTE = 60_000;

test("an hour without use ends a session, a minute less does not", () => {
  expect(isOver({ began: 0, used: 0 }, 59 * MINUTE)).toBe(false);
  expect(isOver({ began: 0, used: 0 }, 60 * MINUTE)).toBe(true);
});

test("a day ends a session that is used all the time", () => {
  expect(isOver({ began: 0, used: 1_439 * MINUTE }, 1_439 * MINUTE)).toBe(false);
  expect(isOver({ began: 0, used: 1_440 * MINUTE }, 1_440 * MINUTE)).toBe(true);
});
