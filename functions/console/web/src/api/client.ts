// One way to call the API: bearer token, problem details as errors, one retry when the network was lost, sign-in when the session ended.
import { signInAgain, token } from "../session/session";
import { Offline, Problem, wasAborted } from "./problem";

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  version?: number;
  /** Lets the server see that a repeat is a repeat. */
  once?: string;
  signal?: AbortSignal;
}

/** The JSON that the API answers. */
export async function call<T>(path: string, options: Call = {}): Promise<T> {
  const response = await send(path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The answer itself, for its headers or its file. */
export async function send(path: string, options: Call = {}): Promise<Response> {
  const used = await token();
  let response = await attempt(path, options, used);
  if (response.status === 401) response = await attempt(path, options, await signInAgain(used));
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** A fresh name for one action of a person; the same one goes with each repeat of it. */
export function onceOnly(): string {
  return crypto.randomUUID();
}

async function attempt(path: string, options: Call, bearer: string): Promise<Response> {
  const request = (): Promise<Response> => fetch(address(path, options.query), {
    method: options.method ?? "GET",
    headers: headers(options, bearer),
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
    cache: "no-store",
  });
  try {
    return await request();
  } catch (error) {
    if (wasAborted(error)) throw error;
    if (!canBeRepeated(options)) throw new Offline();
    await new Promise((resolve) => setTimeout(resolve, 400));
    return request().catch((again: unknown) => {
      throw wasAborted(again) ? again : new Offline();
    });
  }
}

/** A PATCH that arrived makes its own version stale, so a repeat cannot change anything twice, but it would look like a conflict. */
function canBeRepeated({ method, once }: Call): boolean {
  return method === undefined || method === "GET" || method === "PUT" || once !== undefined;
}

function headers({ body, version, once, method }: Call, bearer: string): Headers {
  const headers = new Headers({ Authorization: `Bearer ${bearer}` });
  if (body !== undefined) headers.set("Content-Type", method === "PATCH" ? "application/merge-patch+json" : "application/json");
  if (version !== undefined) headers.set("If-Match", `"${version}"`);
  if (once !== undefined) headers.set("Idempotency-Key", once);
  return headers;
}

function address(path: string, query: Call["query"]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const details: unknown = await response.json().catch(() => ({}));
  return new Problem(response.status, (details ?? {}) as Record<string, unknown>);
}
