// Runs what is asked of it one after the other, in the order of asking: a change starts when the answer to the one before is there.
export type Turns = (run: () => Promise<void>) => Promise<void>;

export function turns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return (run) => {
    const mine = last.then(run);
    last = mine.catch(() => undefined);
    return mine;
  };
}
