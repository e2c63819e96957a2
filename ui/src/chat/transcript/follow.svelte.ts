/**
 * Keeps the end of a growing text in view until the reader scrolls up, and again from where the reader returns to the
 * end.
 */
import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';

/** So near to the end counts as there. */
const nearPixels = 24;
/** So near to the start, earlier messages are fetched before they come into view. */
const aheadPixels = 800;

export class Follow {
  /** Whether the view moves with the text. */
  following = $state(true);

  readonly #onNearStart: () => void;
  #element: HTMLElement | null = null;
  #lastTop = 0;

  /** `onNearStart` is called, again and again, while the reader is near the first line that is there. */
  constructor(onNearStart: () => void) {
    this.#onNearStart = onNearStart;
  }

  /** For the element that scrolls; its first child is what grows. */
  readonly scroller: Attachment<HTMLElement> = (element) => {
    this.#element = element;
    // After layout and before paint: the reader never sees the text grow out of view and jump back.
    const sizes = new ResizeObserver(() => {
      if (untrack(() => this.following)) this.#scrollToEnd();
    });
    sizes.observe(element);
    if (element.firstElementChild !== null) sizes.observe(element.firstElementChild);
    const onscroll = () => this.#scrolled();
    element.addEventListener('scroll', onscroll, { passive: true });
    untrack(() => this.toEnd());
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', onscroll);
      this.#element = null;
    };
  };

  toEnd(): void {
    this.following = true;
    this.#scrollToEnd();
  }

  /** What happens next is not to move the view. */
  stay(): void {
    this.following = false;
  }

  /** Remembers what is in view while something is added above it. */
  holdPlace(): { restore: () => void } {
    const element = this.#element;
    const toEnd = element === null ? 0 : element.scrollHeight - element.scrollTop;
    return {
      restore: () => {
        if (element === null) return;
        element.scrollTop = element.scrollHeight - toEnd;
        this.#lastTop = element.scrollTop;
      },
    };
  }

  #scrollToEnd(): void {
    if (this.#element === null) return;
    this.#element.scrollTop = this.#element.scrollHeight;
    this.#lastTop = this.#element.scrollTop;
  }

  #scrolled(): void {
    const element = this.#element;
    if (element === null) return;
    const top = element.scrollTop;
    const toEnd = element.scrollHeight - element.clientHeight - top;
    // Text that gets shorter moves the view up, too, but then it is at the end.
    if (top < this.#lastTop - 1 && toEnd > 1) this.following = false;
    else if (toEnd <= nearPixels) this.following = true;
    this.#lastTop = top;
    if (top < aheadPixels) this.#onNearStart();
  }
}
