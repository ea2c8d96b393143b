// Names one action of a person: the same body sent again, because no answer came, keeps its name and has one effect; another body is another action.
import { useRef } from "preact/hooks";
import { onceOnly } from "./client";

export function useOnce(): (body: unknown) => string {
  const last = useRef({ text: "", name: "" });
  return (body) => {
    const text = JSON.stringify(body);
    if (last.current.text !== text) last.current = { text, name: onceOnly() };
    return last.current.name;
  };
}
