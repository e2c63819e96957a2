/**
 * One conversation as it is open in the page, and the answer that may be being written in it. It lives on while
 * another one is shown, so an answer goes on being received and is there when the person comes back.
 */
import type {
  AnswerEvent,
  AppError,
  Conversation,
  ConversationId,
  NamedModel,
  Message,
  MessageId,
} from '../backend/bindings';

export type Phase =
  | { kind: 'idle' }
  /** On its way to the disk. */
  | { kind: 'sending' }
  | { kind: 'writing'; answer: MessageId; reading: { read: number; total: number } | null };

export class Thread {
  /** Absent for the chat not yet begun. */
  id = $state<ConversationId | null>(null);
  messages = $state<Message[]>([]);
  /** The model that was chosen for this conversation; `null` for the one that new ones get. */
  model = $state.raw<NamedModel | null>(null);
  draft = $state('');
  phase = $state<Phase>({ kind: 'idle' });
  /** Why the last thing asked of this conversation was not done. */
  trouble = $state.raw<AppError | null>(null);

  static notBegun(draft: string): Thread {
    const thread = new Thread();
    thread.draft = draft;
    return thread;
  }

  static opened(conversation: Conversation): Thread {
    const thread = new Thread();
    thread.show(conversation);
    thread.draft = conversation.draft;
    return thread;
  }

  get lastMessage(): MessageId | null {
    return this.messages.at(-1)?.id ?? null;
  }

  get reading(): { read: number; total: number } | null {
    return this.phase.kind === 'writing' ? this.phase.reading : null;
  }

  show(conversation: Conversation): void {
    this.id = conversation.summary.id;
    this.model = conversation.model;
    this.messages = conversation.messages;
  }

  /** Takes in one event of the answer being written. */
  receive(event: AnswerEvent): void {
    switch (event.type) {
      case 'started':
        this.show(event.conversation);
        this.phase = { kind: 'writing', answer: event.answer, reading: null };
        return;
      case 'reading':
        if (this.phase.kind === 'writing') {
          this.phase.reading = { read: event.tokens_read, total: event.tokens_total };
        }
        return;
      case 'remembered': {
        const body = this.#writing()?.body;
        if (body?.role === 'assistant') body.remembered_from = event.from;
        return;
      }
      case 'delta': {
        const body = this.#writing()?.body;
        if (body !== undefined) body.text += event.text;
        return;
      }
      case 'finished': {
        const at = this.messages.findIndex((message) => message.id === event.message.id);
        if (at >= 0) this.messages[at] = event.message;
        this.phase = { kind: 'idle' };
        return;
      }
      case 'refused':
        this.#takeBack(event);
        return;
    }
  }

  /** As if it had never been sent, except that the reason is told and the words are in the composer again. */
  #takeBack({ conversation, error, text }: Extract<AnswerEvent, { type: 'refused' }>): void {
    if (conversation !== null) {
      this.show(conversation);
    } else {
      this.id = null;
      this.model = null;
      this.messages = [];
    }
    if (text !== null && this.draft === '') this.draft = text;
    this.phase = { kind: 'idle' };
    this.trouble = error;
  }

  #writing(): Message | undefined {
    const { phase } = this;
    if (phase.kind !== 'writing') return undefined;
    const last = this.messages.at(-1);
    return last?.id === phase.answer ? last : undefined;
  }
}
