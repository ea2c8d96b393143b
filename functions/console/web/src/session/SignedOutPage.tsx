// What somebody sees who is not signed in: one button, and what went wrong if something did.
import { useState } from "preact/hooks";
import { messageOf } from "../api/problem";
import { Button } from "../ui/Button";
import { Notice } from "../ui/parts";
import { signIn } from "./session";

export function SignedOutPage({ problem }: { problem: string | null }) {
  const [refused, setRefused] = useState<string | null>(null);
  const again = async (): Promise<void> => {
    if (location.pathname === "/app/signed-in" || location.pathname === "/app/signed-out") return location.assign("/app/contacts");
    setRefused(null);
    return signIn().catch((error: unknown) => setRefused(`The sign-in did not work. ${messageOf(error)}`));
  };
  const wrong = refused ?? problem;
  return (
    <main class="signed-out">
      <div class="card signed-out-box">
        <h1>KDesk Contacts</h1>
        {wrong === null ? <p>You are signed out.</p> : <div role="alert"><Notice tone="bad">{wrong}</Notice></div>}
        <Button kind="primary" onClick={again}>Sign in</Button>
      </div>
    </main>
  );
}
