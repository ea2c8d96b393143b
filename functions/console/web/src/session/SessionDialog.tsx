// Asks a member whose session ended to sign in again in a window of its own. The page and everything typed stay.
import { useEffect, useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { signInByPopup, subject, whenAsked } from "./session";

export function SessionDialog() {
  const [done, setDone] = useState<(() => void) | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [who] = useState(subject);

  useEffect(() => whenAsked(() => new Promise<void>((resolve) => setDone(() => resolve))), []);
  if (done === null) return null;

  const signIn = async (): Promise<void> => {
    setProblem(null);
    try {
      await signInByPopup();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "The sign-in was not finished. Try again.");
      return;
    }
    if (who !== null && subject() !== who) {
      location.assign("/app/contacts");
      return;
    }
    done();
    setDone(null);
  };

  return (
    <Dialog
      title="Your session has ended"
      onClose={() => setProblem("Sign in to go on. What you typed is still here.")}
      stays
      hides
      actions={<Button kind="primary" onClick={() => void signIn()}>Sign in again</Button>}
    >
      <p>Sign in again to go on. A window opens for it; this page stays as it is and nothing you typed is lost.</p>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
    </Dialog>
  );
}
