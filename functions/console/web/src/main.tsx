// Where the App starts: the session first, then the pages.
import { render } from "preact";
import { App } from "./App";
import { startRouter } from "./router";
import { SignedOutPage } from "./session/SignedOutPage";
import { watchIdle } from "./session/idle";
import { endSession, signIn, start, times, use } from "./session/session";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/table.css";
import "./styles/layout.css";
import "./styles/pages.css";

const place = document.getElementById("app") ?? document.body;

async function begin(): Promise<void> {
  if (location.pathname === "/app/" || location.pathname === "/app") history.replaceState(null, "", "/app/contacts");
  const session = await start();
  if (session === "popup") {
    render(<main class="starting"><p>You are signed in. You can close this window.</p></main>, place);
    return;
  }
  startRouter();
  if (session === "signed-in") {
    watchIdle({ times, use, end: endSession });
    render(<App />, place);
  } else if (location.pathname === "/app/signed-out") render(<SignedOutPage problem={null} />, place);
  else await signIn();
}

// A page that Back brings out of the browser's memory may belong to a session that has ended since.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

begin().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : "";
  render(<SignedOutPage problem={`The sign-in did not work. ${reason}`.trim()} />, place);
});
