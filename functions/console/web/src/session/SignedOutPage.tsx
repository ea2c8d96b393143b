// What somebody sees who is not signed in: one button, and what went wrong if something did.
import { Button } from "../ui/Button";
import { Notice } from "../ui/parts";
import { signIn } from "./session";

export function SignedOutPage({ problem }: { problem: string | null }) {
  const again = async (): Promise<void> => {
    if (location.pathname !== "/app/signed-in" && location.pathname !== "/app/signed-out") return signIn();
    location.assign("/app/contacts");
    return undefined;
  };
  return (
    <main class="signed-out">
      <div class="card signed-out-box">
        <h1>KDesk Contacts</h1>
        {problem === null ? <p>You are signed out.</p> : <div role="alert"><Notice tone="bad">{problem}</Notice></div>}
        <Button kind="primary" onClick={again}>Sign in</Button>
      </div>
    </main>
  );
}
