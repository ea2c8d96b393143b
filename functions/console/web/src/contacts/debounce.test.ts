// The search asks at once and then only as often as somebody pauses.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { debounce } from "./debounce";

describe("debounce", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("the first call runs at once", () => {
    const run = vi.fn();
    debounce(run, 60)("a");
    expect(run.mock.calls).toEqual([["a"]]);
  });

  test("of calls that follow quickly only the last runs, once it is quiet", () => {
    const run = vi.fn();
    const call = debounce(run, 60);
    for (const text of ["a", "an", "ann", "anna"]) {
      call(text);
      vi.advanceTimersByTime(30);
    }
    expect(run.mock.calls).toEqual([["a"]]);
    vi.advanceTimersByTime(29);
    expect(run).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(run.mock.calls).toEqual([["a"], ["anna"]]);
    vi.advanceTimersByTime(1_000);
    expect(run).toHaveBeenCalledTimes(2);
  });

  test("slow calls all run at once", () => {
    const run = vi.fn();
    const call = debounce(run, 60);
    call("a");
    vi.advanceTimersByTime(61);
    call("b");
    expect(run.mock.calls).toEqual([["a"], ["b"]]);
  });

  test("what was cancelled does not run, and a later call does", () => {
    const run = vi.fn();
    const call = debounce(run, 60);
    call("a");
    call("b");
    call.cancel();
    vi.advanceTimersByTime(1_000);
    expect(run.mock.calls).toEqual([["a"]]);
    call("c");
    expect(run.mock.calls).toEqual([["a"], ["c"]]);
  });
});
