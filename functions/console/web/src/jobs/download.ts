// Fetches a file with the member's token and hands it to the browser to keep.
import { call, send } from "../api/client";
import { messageOf } from "../api/problem";
import type { Job } from "../api/types";
import { toast } from "../ui/Toast";

export async function download(path: string, name: string): Promise<void> {
  try {
    const response = await send(path);
    const url = URL.createObjectURL(await response.blob());
    follow(url, name);
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
  }
}

/** The file of an export. Its link lives for minutes, so it is asked for when it is wanted. */
export async function downloadOf(job: string): Promise<void> {
  try {
    const { download: url } = await call<Job>(`/v1/jobs/${job}`);
    if (url == null) toast("The file is no longer kept. Export again.", { kind: "bad" });
    else follow(url, "");
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
  }
}

function follow(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
