// Tells the pages that contacts changed, so that a list which is seen is read anew.
const listeners = new Set<() => void>();

export function contactsChanged(): void {
  for (const listener of listeners) listener();
}

export function whenContactsChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
