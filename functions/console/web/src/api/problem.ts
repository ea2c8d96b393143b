// What went wrong with a request, as a typed error: the API's problem details (RFC 9457), or the network.

export interface FieldProblem {
  field: string;
  problem: string;
}

/** The API refused, and says why. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: FieldProblem[];
  readonly missing: string | null;
  readonly more: Record<string, unknown>;

  constructor(status: number, details: Record<string, unknown>) {
    super(typeof details["detail"] === "string" ? details["detail"] : `The server answered ${status}. Please try again.`);
    this.name = "Problem";
    this.status = status;
    this.code = typeof details["code"] === "string" ? details["code"] : "unknown";
    this.problems = Array.isArray(details["problems"]) ? (details["problems"] as FieldProblem[]) : [];
    this.missing = typeof details["missing"] === "string" ? details["missing"] : null;
    this.more = details;
  }
}

/** No answer came: the network is gone or the server cannot be reached. */
export class Offline extends Error {
  constructor() {
    super("The server cannot be reached. Check your connection; nothing you typed is lost.");
    this.name = "Offline";
  }
}

/** The caller stopped waiting. */
export function wasAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** What to tell a person about an error of any kind. */
export function messageOf(error: unknown): string {
  if (error instanceof Problem) {
    return error.problems.length > 0 && error.code === "invalid_fields"
      ? error.problems.map((each) => `${each.field}: ${each.problem}`).join("; ")
      : error.message;
  }
  return error instanceof Error ? error.message : "Something went wrong. Please try again.";
}

/** What is wrong with each field, to stand there; null for what is about no field. */
export function fieldErrors(error: unknown): Record<string, string> | null {
  if (!(error instanceof Problem) || error.problems.length === 0) return null;
  return Object.fromEntries(error.problems.map(({ field, problem }) => [field, sentence(problem)]));
}

/** What the API says of a value, as a sentence to stand at its field. */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
