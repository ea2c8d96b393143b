// Ends a session that nobody used for an hour, and any session after a day, as NIST SP 800-63B asks for (AAL2).
const IDLE_MILLISECONDS = 60 * 60 * 1_000;
const LONGEST_MILLISECONDS = 24 * 60 * 60 * 1_000;
const LOOK_MILLISECONDS = 30 * 1_000;

export interface Times {
  began: number;
  used: number;
}

export function isOver({ began, used }: Times, now: number): boolean {
  return now - used >= IDLE_MILLISECONDS || now - began >= LONGEST_MILLISECONDS;
}

/** Watches until the page goes. `began` is when the member signed in. */
export function watchIdle(began: () => number, end: () => Promise<void>): void {
  let used = Date.now();
  let ending = false;
  const use = (): void => {
    // Waking a machine that slept too long is no use of the session.
    if (!isOver({ began: began(), used }, Date.now())) used = Date.now();
  };
  for (const event of ["pointerdown", "keydown", "wheel"]) document.addEventListener(event, use, { capture: true, passive: true });
  setInterval(() => {
    if (ending || !isOver({ began: began(), used }, Date.now())) return;
    ending = true;
    void end().finally(() => {
      used = Date.now();
      ending = false;
    });
  }, LOOK_MILLISECONDS);
}
