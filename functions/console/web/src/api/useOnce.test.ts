// One action has one name until the server has said what became of it.
import { expect, test } from "vitest";
import { Offline, Problem } from "./problem";
import { naming } from "./useOnce";

function names() {
  let n = 0;
  return naming(() => `name-${(n += 1)}`);
}
const name = (it: string): Promise<string> => Promise.resolve(it);
const failing = (error: Error) => (): Promise<string> => Promise.reject(error);

test("the same body keeps its name while no answer is known, another body is another action", async () => {
  const once = names();
  await expect(once("a", failing(new Offline()))).rejects.toThrow();
  await expect(once("a", failing(new Problem(409, { code: "in_progress" })))).rejects.toThrow();
  await expect(once("a", failing(new Problem(504, {})))).rejects.toThrow();
  expect(await once("a", name)).toBe("name-1");
  expect(await once("b", name)).toBe("name-2");
});

test("what the server refused for good is another action when it is tried again", async () => {
  const once = names();
  await expect(once("a", failing(new Problem(409, { code: "deleted_since" })))).rejects.toThrow();
  expect(await once("a", name)).toBe("name-2");
});
