// Links to the portal, made or read and copied: the team's own, and one for a single contact. And how any text is copied.
import { call } from "../api/client";
import { messageOf } from "../api/problem";
import type { ContactLink, TeamLink } from "../api/types";
import { confirm } from "../ui/confirm";
import { toast } from "../ui/Toast";

/** Asks first, because making a link ends the one that the contact may have got before. */
export async function copyContactLink(id: string, name: string): Promise<void> {
  const sure = await confirm({
    title: `Copy a portal link for ${name}?`,
    text: "It leads to the portal's sign-in without typing an address. It signs nobody in: the code still goes to the Primary Email. A new link is made, and one that was made earlier stops working.",
    yes: "Make and copy the link",
  });
  if (sure) await copied(`/v1/contacts/${id}/portal-link`, "POST", `The portal link for ${name} is copied. An earlier one does not work any more.`);
}

export async function copyTeamLink(): Promise<void> {
  await copied("/v1/portal-link", "GET", "The address of the contact portal is copied. It is the same for all contacts.");
}

async function copied(path: string, method: "GET" | "POST", said: string): Promise<void> {
  try {
    const { url } = await call<ContactLink | TeamLink>(path, { method });
    await copy(url, said);
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
  }
}

/** Copies an address and says so. */
export async function copy(url: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(url);
    toast(said);
  } catch {
    // A browser may keep the clipboard to itself, and the link of a contact is answered this once.
    await confirm({ title: "Copy this link yourself", text: url, yes: "Done", no: "Close" });
  }
}
