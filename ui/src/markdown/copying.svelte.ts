/** How long a button says that it has copied. */
const confirmationMs = 2_000;

/** A copy button's state: `current` is true for a moment after the text has reached the clipboard. */
export function copying(write: (text: string) => unknown) {
  let current = $state(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    get current() {
      return current;
    },
    async copy(text: string): Promise<void> {
      if ((await write(text)) === false) return;
      current = true;
      clearTimeout(timer);
      timer = setTimeout(() => (current = false), confirmationMs);
    },
  };
}
