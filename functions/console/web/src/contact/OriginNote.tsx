// Beside a field: by what way its value came, by whom and when, with a link to the job.
import { nameOf, useSigned } from "../session/me";
import { dateTime, shortDate } from "../ui/time";
import { wayOf, type Origin } from "./provenance";

export function OriginNote({ origin }: { origin: Origin | undefined }) {
  const { me, members } = useSigned();
  if (origin === undefined) return null;
  const who = nameOf(members, origin.member);
  const full = `Set ${origin.source === "member" ? "by hand" : `by ${article(wayOf(origin.source))}`} by ${who}, ${dateTime(origin.at, me.timeZone)}`;
  const text = origin.source === "member" ? who : `${wayOf(origin.source)}, ${who}`;
  return (
    <span class="origin" title={full}>
      {origin.job === null ? text : <a href={`/app/jobs/${origin.job}`}>{text}</a>}
      <span aria-hidden="true"> · </span>
      {shortDate(origin.at, me.timeZone)}
    </span>
  );
}

function article(way: string): string {
  return /^[aeiou]/.test(way) ? `an ${way}` : `a ${way}`;
}
