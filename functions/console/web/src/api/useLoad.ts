// Loads something for a component: keeps what was there while the new comes, and aborts what is outdated.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Offline, wasAborted } from "./problem";

export interface Load<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
  set: (data: T) => void;
}

/** `key` names what is loaded: another key loads anew, null loads nothing. */
export function useLoad<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Load<T> {
  const [state, setState] = useState<{ key: string | null; data?: T; error?: unknown; loading: boolean }>({ key, loading: key !== null });
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;

  // A layout effect asks at once; an effect would wait for the next frame, which the search would feel.
  useLayoutEffect(() => {
    if (key === null) return undefined;
    const abort = new AbortController();
    setState((before) => ({ ...before, key, loading: true }));
    loader.current(abort.signal).then(
      (data) => !abort.signal.aborted && setState({ key, data, loading: false }),
      (error: unknown) => {
        if (wasAborted(error) || abort.signal.aborted) return;
        setState((before) => ({ ...before, key, error, loading: false }));
      },
    );
    return () => abort.abort();
  }, [key, round]);

  // What failed for want of a network is read anew when it is back.
  const isOffline = state.error instanceof Offline;
  useEffect(() => {
    if (!isOffline) return undefined;
    const again = (): void => setRound((n) => n + 1);
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, [isOffline]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  const set = useCallback((data: T) => setState((before) => ({ ...before, data, error: undefined, loading: false })), []);
  return { data: state.data, error: state.loading ? undefined : state.error, loading: state.loading, reload, set };
}
