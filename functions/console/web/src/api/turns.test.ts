// Changes that follow each other quickly arrive in their order, also when an earlier one is slow or fails.
import { expect, test } from "vitest";
import { turns } from "./turns";

test("a change waits for the one before it, however long that takes", async () => {
  const said: string[] = [];
  const queue = turns();
  let answer = (): void => undefined;
  const slow = queue(() => new Promise<void>((resolve) => {
    said.push("first asked");
    answer = () => {
      said.push("first answered");
      resolve();
    };
  }));
  const next = queue(async () => {
    said.push("second asked");
  });
  await Promise.resolve();
  answer();
  await Promise.all([slow, next]);
  expect(said).toEqual(["first asked", "first answered", "second asked"]);
});

test("a change that fails tells who asked for it and holds nobody back", async () => {
  const queue = turns();
  const failed = queue(() => Promise.reject(new Error("refused")));
  let ran = false;
  const next = queue(async () => {
    ran = true;
  });
  await expect(failed).rejects.toThrow("refused");
  await next;
  expect(ran).toBe(true);
});
