// Ends a session that nobody used for an hour, and any session after a day, as NIST SP 800-63B asks for (AAL2).
const IDLE_MILLISECONDS = 60 * 60 * 1_000;
const LONGEST_MILLISECONDS = 24 * 60 * 60 * 1_000;
const LOOK_MILLISECONDS = 30 * 1_000;
const SAME_MILLISECONDS = 1_000;

export interface Times {
  began: number;
  used: number;
}

export function isOver({ began, used }: Times, now: number): boolean {
  return now - used >= IDLE_MILLISECONDS || now - began >= LONGEST_MILLISECONDS;
}

export interface Watched {
  times: () => Times;
  use: () => void;
  end: () => Promise<void>;
}

/** Watches until the page goes. */
export function watchIdle({ times, use, end }: Watched): void {
  let ending = false;
  const act = (): void => {
    const now = Date.now();
    // Waking a machine that slept too long is no use of the session. More often than once a second nothing is written.
    if (!ending && now - times().used >= SAME_MILLISECONDS && !isOver(times(), now)) use();
  };
  for (const event of ["pointerdown", "keydown", "wheel"]) document.addEventListener(event, act, { capture: true, passive: true });
  setInterval(() => {
    if (ending || !isOver(times(), Date.now())) return;
    ending = true;
    void end().finally(() => {
      use();
      ending = false;
    });
  }, LOOK_MILLISECONDS);
}
