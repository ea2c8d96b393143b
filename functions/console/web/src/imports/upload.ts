// Sends a file straight to the storage by its presigned link, says how far it is, and goes on when the network comes back.
import type { ImportStarted } from "../api/types";

export type Upload =
  | { state: "sending"; sent: number }
  | { state: "waiting"; sent: number }
  | { state: "refused"; why: string }
  | { state: "done" };

type Listener = (upload: Upload) => void;

interface Running {
  file: File;
  link: ImportStarted["upload"];
  now: Upload;
  request: XMLHttpRequest | null;
  listeners: Set<Listener>;
}

/** The uploads of this tab. They go on while the member looks at other pages. */
const running = new Map<string, Running>();

/** The browser sets these itself and forbids setting them. */
const OWN = new Set(["content-length", "host"]);

export function startUpload(job: string, file: File, link: ImportStarted["upload"]): void {
  running.set(job, { file, link, now: { state: "sending", sent: 0 }, request: null, listeners: new Set() });
  send(job);
}

export function uploadOf(job: string): Upload | null {
  return running.get(job)?.now ?? null;
}

export function fileNameOf(job: string): string {
  return running.get(job)?.file.name ?? "a file";
}

export function watchUpload(job: string, listener: Listener): () => void {
  const upload = running.get(job);
  upload?.listeners.add(listener);
  return () => upload?.listeners.delete(listener);
}

/** Sends again from the start: the storage keeps nothing of a file that did not arrive whole. */
export function sendAgain(job: string): void {
  const upload = running.get(job);
  if (upload !== undefined && upload.now.state !== "sending" && upload.now.state !== "done") send(job);
}

export function stopUpload(job: string): void {
  const upload = running.get(job);
  running.delete(job);
  upload?.request?.abort();
}

/** Leaving the tab would lose these. */
export function isUploading(): boolean {
  return [...running.values()].some(({ now }) => now.state === "sending" || now.state === "waiting");
}

function send(job: string): void {
  const upload = running.get(job);
  if (upload === undefined) return;
  const { file, link } = upload;
  const tell = (now: Upload): void => {
    if (running.get(job) !== upload) return;
    upload.now = now;
    for (const listener of upload.listeners) listener(now);
  };
  const request = new XMLHttpRequest();
  upload.request = request;
  request.open(link.method, link.url);
  for (const [name, value] of Object.entries(link.headers)) if (!OWN.has(name.toLowerCase())) request.setRequestHeader(name, value);
  let sent = 0;
  request.upload.onprogress = (event) => {
    sent = event.lengthComputable && event.total > 0 ? event.loaded / event.total : 0;
    tell({ state: "sending", sent });
  };
  request.onload = () => tell(request.status < 300 ? { state: "done" } : { state: "refused", why: whyOf(request.status) });
  request.onerror = () => tell({ state: "waiting", sent });
  request.ontimeout = request.onerror;
  tell({ state: "sending", sent: 0 });
  request.send(file);
}

function whyOf(status: number): string {
  if (status === 403) return "The link to send the file has run out. Choose the file again.";
  return `The storage did not take the file (${status}). Choose it again.`;
}

window.addEventListener("online", () => {
  for (const [job, { now }] of running) if (now.state === "waiting") sendAgain(job);
});
window.addEventListener("beforeunload", (event) => {
  if (isUploading()) event.preventDefault();
});
