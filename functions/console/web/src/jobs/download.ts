// Fetches a file with the member's token and hands it to the browser to keep.
import { send } from "../api/client";
import { messageOf } from "../api/problem";
import { toast } from "../ui/Toast";

export async function download(path: string, name: string): Promise<void> {
  try {
    const response = await send(path);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
  }
}
