// When somebody else saved first: what both sides did to each field, and what comes of the member's choices.
import { namesOf, same, type Flat, type Value } from "./draft";

export type Side = "mine" | "theirs";

export interface Difference {
  name: string;
  base: Value;
  mine: Value;
  theirs: Value;
  /** Both changed it, and not to the same: only the member can tell which is right. */
  clash: boolean;
  /** What is taken unless the member says otherwise; null while only they can tell. */
  suggested: Side | null;
}

/** Every field that the two sides hold differently. */
export function differences(base: Flat, mine: Flat, theirs: Flat): Difference[] {
  return namesOf(base, mine, theirs)
    .filter((name) => !same(mine[name], theirs[name]))
    .map((name) => {
      const iChanged = !same(base[name], mine[name]);
      const theyChanged = !same(base[name], theirs[name]);
      const clash = iChanged && theyChanged;
      return {
        name,
        base: base[name] ?? null,
        mine: mine[name] ?? null,
        theirs: theirs[name] ?? null,
        clash,
        suggested: clash ? null : iChanged ? "mine" : "theirs",
      };
    });
}

export type Choices = Record<string, Side>;

export function suggestions(all: Difference[]): Choices {
  const choices: Choices = {};
  for (const { name, suggested } of all) if (suggested !== null) choices[name] = suggested;
  return choices;
}

export function isDecided(all: Difference[], choices: Choices): boolean {
  return all.every(({ name }) => choices[name] !== undefined);
}

/** Their version with every field of mine that was chosen. */
export function merged(theirs: Flat, all: Difference[], choices: Choices): Flat {
  const result: Flat = { ...theirs };
  for (const { name, mine } of all) {
    if (choices[name] !== "mine") continue;
    if (mine === null) delete result[name];
    else result[name] = mine;
  }
  return result;
}
