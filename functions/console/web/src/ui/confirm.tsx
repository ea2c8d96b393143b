// Asks one question in a dialog and waits for the answer.
import { useEffect, useState } from "preact/hooks";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

interface Question {
  title: string;
  text: string;
  yes: string;
  no?: string;
  danger?: boolean;
}

interface Asked extends Question {
  answer: (said: boolean) => void;
}

let show: ((asked: Asked) => void) | null = null;

export function confirm(question: Question): Promise<boolean> {
  return new Promise((answer) => {
    if (show === null) answer(false);
    else show({ ...question, answer });
  });
}

/** Stands once in the App and shows what is asked. */
export function Questions() {
  const [asked, setAsked] = useState<Asked | null>(null);
  useEffect(() => {
    show = setAsked;
    return () => {
      show = null;
    };
  }, []);
  if (asked === null) return null;
  const answer = (said: boolean): void => {
    setAsked(null);
    asked.answer(said);
  };
  const { title, text, yes, no = "Cancel", danger = false } = asked;
  return (
    <Dialog
      key={title}
      title={title}
      onClose={() => answer(false)}
      actions={
        <>
          <Button onClick={() => answer(false)}>{no}</Button>
          <Button kind={danger ? "danger" : "primary"} onClick={() => answer(true)}>{yes}</Button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  );
}
