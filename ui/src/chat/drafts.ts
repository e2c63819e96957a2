/** Keeps what is typed but not sent: a little after the last key, and at once when the person turns away. */
import type { ConversationId } from '../backend/bindings';

const QUIET_MS = 400;

export class Drafts {
  #save: (conversation: ConversationId | null, text: string) => void;
  #pending: {
    conversation: ConversationId | null;
    text: string;
    timer: ReturnType<typeof setTimeout>;
  } | null = null;

  constructor(save: (conversation: ConversationId | null, text: string) => void) {
    this.#save = save;
  }

  changed(conversation: ConversationId | null, text: string): void {
    if (this.#pending !== null && this.#pending.conversation !== conversation) this.flush();
    if (this.#pending !== null) clearTimeout(this.#pending.timer);
    this.#pending = { conversation, text, timer: setTimeout(() => this.flush(), QUIET_MS) };
  }

  flush(): void {
    if (this.#pending === null) return;
    const { conversation, text, timer } = this.#pending;
    clearTimeout(timer);
    this.#pending = null;
    this.#save(conversation, text);
  }

  /** The draft has become a message. */
  discard(conversation: ConversationId | null): void {
    if (this.#pending?.conversation === conversation) {
      clearTimeout(this.#pending.timer);
      this.#pending = null;
    }
    this.#save(conversation, '');
  }
}
