/** Reading ahead, for as long as a component is there that a question is written in. */
import type { Page } from '../page.svelte';
import { ReadAhead, type Unsent } from './readAhead';
import type { Thread } from './thread.svelte';

/** Whether the model has nothing else to do, and the person wants it to read ahead. */
export function mayReadAhead(page: Page, thread: Thread): boolean {
  return (
    page.thisComputer.settings?.read_ahead === true &&
    page.modelOf(thread).state === 'ready' &&
    thread.phase.kind === 'idle' &&
    !page.chat.isAnswering
  );
}

/** `unsent` is the question as it would be sent now; `null` while it could not be. */
export function readingAhead(
  page: Page,
  thread: () => Thread | null,
  unsent: () => Unsent | null,
): ReadAhead {
  const readAhead = new ReadAhead(({ conversation, parent, text }) =>
    page.backend.prepare(conversation, parent, text),
  );
  $effect(() => {
    const current = thread();
    readAhead.consider(current !== null && mayReadAhead(page, current) ? unsent() : null);
  });
  $effect(() => () => readAhead.consider(null));
  return readAhead;
}
