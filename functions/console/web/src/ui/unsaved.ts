// Asks before typed changes are left, inside the App and when the tab closes.
import { useEffect } from "preact/hooks";
import { holdBack } from "../router";
import { confirm } from "./confirm";

/** `leaving` is set by who goes away after saving. */
export function useUnsavedGuard(dirty: boolean, what: string, leaving: { readonly current: boolean } = { current: false }): void {
  useEffect(() => {
    if (!dirty) return undefined;
    const release = holdBack(async () => leaving.current || confirm({
      title: "Leave without saving?",
      text: `${what} If you leave now, the changes are lost.`,
      yes: "Leave without saving",
      no: "Stay here",
      danger: true,
    }));
    const close = (event: BeforeUnloadEvent): void => {
      if (!leaving.current) event.preventDefault();
    };
    window.addEventListener("beforeunload", close);
    return () => {
      release();
      window.removeEventListener("beforeunload", close);
    };
  }, [dirty]);
}
