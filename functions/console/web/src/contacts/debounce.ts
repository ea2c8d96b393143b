// Runs the first call at once and, of those that follow quickly, only the last, once it has been quiet for a while.
export interface Debounced<A extends unknown[]> {
  (...args: A): void;
  cancel: () => void;
}

export function debounce<A extends unknown[]>(run: (...args: A) => void, quietMilliseconds: number): Debounced<A> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: A | undefined;

  const rest = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      const args = waiting;
      waiting = undefined;
      if (args === undefined) return;
      run(...args);
      rest();
    }, quietMilliseconds);
  };

  const debounced = (...args: A): void => {
    if (timer === undefined) {
      run(...args);
    } else {
      waiting = args;
      clearTimeout(timer);
    }
    rest();
  };
  debounced.cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
    waiting = undefined;
  };
  return debounced;
}
