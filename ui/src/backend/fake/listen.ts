/** Adds a listener; what comes back takes it away again. */
export function listen<Listener>(listeners: Set<Listener>, listener: Listener): Promise<() => void> {
  listeners.add(listener);
  return Promise.resolve(() => {
    listeners.delete(listener);
  });
}
