import type { Attachment } from 'svelte/attachments';

/** Whether an element's content is wider than the element: then it must be possible to scroll it by keyboard. */
export function overflows(): { readonly current: boolean; watch: Attachment<HTMLElement> } {
  let current = $state(false);
  return {
    get current() {
      return current;
    },
    watch: (element) => {
      const observer = new ResizeObserver(() => {
        current = element.scrollWidth > element.clientWidth + 1;
      });
      observer.observe(element);
      for (const child of element.children) observer.observe(child);
      return () => observer.disconnect();
    },
  };
}
