// The search field: asks as you type, keeps the focus, “/” reaches it from anywhere on the page.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/Icon";
import { debounce } from "./debounce";

const QUIET_MILLISECONDS = 60;
const LONGEST = 200;

interface Props {
  value: string;
  onSearch: (q: string) => void;
  onDown: () => void;
}

export function SearchBox({ value, onSearch, onDown }: Props) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(value);

  const ask = useMemo(() => debounce((q: string) => {
    sent.current = q;
    onSearch(q);
  }, QUIET_MILLISECONDS), [onSearch]);
  useEffect(() => ask.cancel, [ask]);

  // Back, Forward and “Show all” change the search from outside.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);

  useEffect(() => {
    const slash = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), textarea, select");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", slash);
    return () => document.removeEventListener("keydown", slash);
  }, []);

  const search = (q: string): void => {
    setText(q);
    ask(q.trim());
  };
  return (
    <div class="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        class="input search-input"
        aria-label="Search contacts"
        placeholder="Search name, company, email, phone"
        maxLength={LONGEST}
        autoComplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && text !== "") search("");
          else if (event.key === "ArrowDown") {
            event.preventDefault();
            onDown();
          }
        }}
      />
      <kbd class="search-key" aria-hidden="true">/</kbd>
    </div>
  );
}
