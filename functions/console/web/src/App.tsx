// The signed-in App: who I am, the sidebar, and the page that the address names.
import { useLayoutEffect, useRef } from "preact/hooks";
import { call } from "./api/client";
import type { Me, Member } from "./api/types";
import { useLoad } from "./api/useLoad";
import { Layout } from "./Layout";
import { routeOf } from "./routes";
import { useLocation } from "./router";
import { SignedContext } from "./session/me";
import { SessionDialog } from "./session/SessionDialog";
import { Boundary } from "./ui/Boundary";
import { Questions } from "./ui/confirm";
import { ErrorState, Skeleton } from "./ui/parts";
import { Toasts } from "./ui/Toast";

export function App() {
  const who = useLoad("me", (signal) => Promise.all([
    call<Me>("/v1/me", { signal }),
    call<{ items: Member[] }>("/v1/members", { signal }),
  ]));
  return (
    <>
      {who.data === undefined ? (
        <main class="starting">{who.error === undefined ? <Skeleton rows={10} /> : <ErrorState error={who.error} onRetry={who.reload} />}</main>
      ) : (
        <SignedContext.Provider value={{ me: who.data[0], members: who.data[1].items, reload: who.reload }}>
          <Pages />
        </SignedContext.Provider>
      )}
      <Questions />
      <SessionDialog />
      <Toasts />
    </>
  );
}

function Pages() {
  const { path } = useLocation();
  const { title, area, page } = routeOf(path);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);

  // After going to another page the focus stands at its heading, so that a screen reader reads it and Tab goes on from there.
  // Before it is painted: an effect would come a frame later, and could scroll the page away under a click.
  useLayoutEffect(() => {
    document.title = `${title} · KDesk Contacts`;
    if (first.current) {
      first.current = false;
      return;
    }
    main.current?.scrollTo({ top: 0 });
    if (location.hash === "") main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [path]);

  return (
    <Layout area={area}>
      <main id="main" ref={main} tabIndex={-1} key={path.replace(/\/edit$/, "")}><Boundary>{page}</Boundary></main>
    </Layout>
  );
}
