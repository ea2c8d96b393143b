// Who is signed in, for every component: permissions with their reasons, the team's switches, name and clock.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Decision, Me, Member } from "../api/types";

export interface Signed {
  me: Me;
  members: Member[];
  reload: () => void;
}

export const SignedContext = createContext<Signed | null>(null);

export function useSigned(): Signed {
  const signed = useContext(SignedContext);
  if (signed === null) throw new Error("used outside of a session");
  return signed;
}

/** Why something is refused, in one sentence; null when it is allowed. */
export function refusal(decision: Decision): string | null {
  const failing = decision.because.find((rule) => !rule.passes);
  if (decision.allowed || failing === undefined) return null;
  const { where, name } = failing.decidedBy;
  if (where === "member") return `You need the permission “${name}”. A member who may modify team settings can give it to you.`;
  return `${failing.rule.replace(/ is on\.$/, " is off.")} It is changed in Settings, Communication.`;
}

/** The name of a member, for history and jobs. */
export function nameOf(members: Member[], id: string): string {
  const member = members.find((each) => each.id === id);
  return member === undefined ? "A former member" : member.name || member.email;
}
