// The list that was seen last, so that the way back from a contact leads to the same search and page.
let last = "/app/contacts";

export function remember(address: string): void {
  last = address;
}

export function lastList(): { href: string; label: string } {
  return { href: last, label: "Contacts" };
}
