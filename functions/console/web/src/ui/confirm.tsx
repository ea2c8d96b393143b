// Asks one question in a dialog and waits for the answer.
import { render } from "preact";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

interface Question {
  title: string;
  text: string;
  yes: string;
  no?: string;
  danger?: boolean;
}

export function confirm({ title, text, yes, no = "Cancel", danger = false }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const place = document.createElement("div");
    document.body.append(place);
    const answer = (said: boolean): void => {
      render(null, place);
      place.remove();
      resolve(said);
    };
    render(
      <Dialog
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
      </Dialog>,
      place,
    );
  });
}
