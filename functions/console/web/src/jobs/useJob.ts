// A job that is asked for again while it moves: quickly at first, then every two seconds.
import { useEffect, useRef } from "preact/hooks";
import { call } from "../api/client";
import type { Job } from "../api/types";
import { useLoad, type Load } from "../api/useLoad";
import { isMoving } from "./words";

export function useJob(id: string | null): Load<Job> {
  const load = useLoad(id, (signal) => call<Job>(`/v1/jobs/${id}`, { signal }));
  const rounds = useRef(0);
  const moving = load.data !== undefined && isMoving(load.data);
  useEffect(() => {
    if (!moving) {
      rounds.current = 0;
      return undefined;
    }
    if (load.loading) return undefined;
    rounds.current += 1;
    const timer = setTimeout(load.reload, Math.min(2_000, 250 + rounds.current * 100));
    return () => clearTimeout(timer);
  }, [moving, load.loading, load.data]);
  return load;
}
