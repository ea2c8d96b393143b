// Tells the pages that contacts changed, so that a list which is seen is read anew.
type Listener = (gone: string | null) => void;

const listeners = new Set<Listener>();

/** `gone` is a contact that was deleted. */
export function contactsChanged(gone: string | null = null): void {
  for (const listener of listeners) listener(gone);
}

export function whenContactsChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
