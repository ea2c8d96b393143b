// Names one action of a person: the same body sent again, because no answer came, keeps its name and has one effect; another body is another action.
import { useState } from "preact/hooks";
import { onceOnly } from "./client";
import { Problem } from "./problem";

export type Once = <T>(body: unknown, send: (name: string) => Promise<T>) => Promise<T>;

export function useOnce(): Once {
  const [once] = useState(() => naming());
  return once;
}

/** A name is kept until the server has said what became of the action. */
export function naming(fresh: () => string = onceOnly): Once {
  let last: { text: string; name: string } | null = null;
  return async (body, send) => {
    const text = JSON.stringify(body);
    const mine = last?.text === text ? last : { text, name: fresh() };
    last = mine;
    try {
      return await send(mine.name);
    } catch (error) {
      if (isDefinite(error) && last === mine) last = null;
      throw error;
    }
  };
}

/** The network may have lost an answer, and the first request of a name may still be at it; a gateway that gave up knows nothing either. */
function isDefinite(error: unknown): boolean {
  return error instanceof Problem && error.code !== "in_progress" && ![502, 503, 504].includes(error.status);
}
