// What stops mail to a contact: addresses from which mail came back, and the way to mail them again.
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { MailProblem } from "../api/types";
import { useSigned } from "../session/me";
import { Button } from "../ui/Button";
import { Notice } from "../ui/parts";
import { dateTime } from "../ui/time";
import { toast } from "../ui/Toast";

const WORDS: Record<MailProblem["kind"], string> = {
  bounce: "Mail to it came back",
  complaint: "Mail to it was reported as spam",
};

interface Props {
  id: string;
  problems: readonly MailProblem[];
  refused: string | null;
  onCleared: (address: string) => void;
}

export function MailProblems({ id, problems, refused, onCleared }: Props) {
  const { me } = useSigned();
  const clear = async (address: string): Promise<void> => {
    try {
      await call(`/v1/contacts/${id}/mail-problems/${encodeURIComponent(address)}`, { method: "DELETE" });
      toast(`${address} is mailed again.`);
      onCleared(address);
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
  };
  return (
    <>
      {problems.map(({ address, kind, at }) => (
        <Notice key={address} tone="warn">
          <strong>{address}</strong> gets no mail. {WORDS[kind]} on {dateTime(at, me.timeZone)}.{" "}
          <Button small reason={refused} onClick={() => clear(address)}>Mail again</Button>
        </Notice>
      ))}
    </>
  );
}
