/** Which conversation is open, and everything that can be done in it and to it. */
import { SvelteMap } from 'svelte/reactivity';
import type { Backend } from '../backend/backend';
import type {
  AnswerEvent,
  AppError,
  ConversationId,
  NamedModel,
  ConversationSummary,
  MessageId,
} from '../backend/bindings';
import { asAppError } from '../errors/explain';
import type { Notices } from '../notices/notices.svelte';
import * as m from '../paraglide/messages';
import type { Announcer } from './announcer.svelte';
import { Drafts } from './drafts';
import { History } from './history.svelte';
import { Thread } from './thread.svelte';

export type Open =
  | { kind: 'opening'; id: ConversationId }
  | { kind: 'failed'; id: ConversationId; error: AppError }
  | { kind: 'open'; thread: Thread };

/** What the sidebar shows beside a conversation that is not open. */
export type Mark = 'writing' | 'unread';

/** Conversations kept ready for a quick return. Those with an answer being written are always kept. */
const MOST_KEPT = 8;

type EventOf<Type extends AnswerEvent['type']> = Extract<AnswerEvent, { type: Type }>;

export class Chat {
  readonly history: History;
  readonly drafts: Drafts;
  readonly marks = new SvelteMap<ConversationId, Mark>();
  open = $state.raw<Open>({ kind: 'open', thread: Thread.notBegun('') });

  #backend: Backend;
  #notices: Notices;
  #announcer: Announcer;
  #notBegun: Thread;
  /** The most recently shown last. */
  #kept = new Map<ConversationId, Thread>();
  #opening: Promise<void> = Promise.resolve();
  /** The last words of an answer may arrive after its conversation was deleted. */
  #deleted = new Set<ConversationId>();

  constructor(
    backend: Backend,
    notices: Notices,
    announcer: Announcer,
    conversations: ConversationSummary[],
    newChatDraft: string,
  ) {
    this.#backend = backend;
    this.#notices = notices;
    this.#announcer = announcer;
    this.history = new History(conversations);
    this.drafts = new Drafts((id, text) => void this.#try(() => backend.saveDraft(id, text)));
    this.#notBegun = Thread.notBegun(newChatDraft);
    this.open = { kind: 'open', thread: this.#notBegun };
  }

  /** The open conversation's id, also while it is still being opened. */
  get openId(): ConversationId | null {
    return this.open.kind === 'open' ? this.open.thread.id : this.open.id;
  }

  get title(): string | null {
    const id = this.openId;
    return id === null ? null : (this.history.find(id)?.title ?? null);
  }

  /** Somewhere in the app an answer is being written. */
  get isAnswering(): boolean {
    return [...this.marks.values()].includes('writing');
  }

  newChat(): void {
    this.drafts.flush();
    this.open = { kind: 'open', thread: this.#notBegun };
  }

  show(id: ConversationId): Promise<void> {
    this.#opening = this.#show(id);
    return this.#opening;
  }

  /** Resolves once the conversation that is being opened is open, or could not be. */
  get settled(): Promise<void> {
    return this.#opening;
  }

  async #show(id: ConversationId): Promise<void> {
    if (this.open.kind === 'open' && this.open.thread.id === id) return;
    this.drafts.flush();
    if (this.marks.get(id) === 'unread') this.marks.delete(id);
    const kept = this.#kept.get(id);
    if (kept !== undefined) {
      this.#keep(kept);
      this.open = { kind: 'open', thread: kept };
      return;
    }
    this.open = { kind: 'opening', id };
    try {
      const thread = Thread.opened(await this.#backend.openConversation(id));
      this.#keep(thread);
      if (this.#isWanted(id)) this.open = { kind: 'open', thread };
    } catch (reason) {
      if (this.#isWanted(id)) this.open = { kind: 'failed', id, error: asAppError(reason) };
    }
  }

  edited(thread: Thread, draft: string): void {
    thread.draft = draft;
    this.drafts.changed(thread.id, draft);
  }

  /** Sends what the composer holds. It stays there until it is safely stored. */
  async sendDraft(thread: Thread): Promise<void> {
    const text = thread.draft;
    if (text.trim() === '' || thread.phase.kind !== 'idle') return;
    const draftOf = thread.id;
    await this.#ask(thread, (onEvent) => this.#backend.send(thread.id, thread.lastMessage, text, onEvent), {
      started: () => {
        if (thread.draft !== text) return;
        thread.draft = '';
        this.drafts.discard(draftOf);
      },
    });
  }

  /** Sends `text` instead of an earlier question: a sibling of it, nothing is overwritten. */
  async edit(thread: Thread, question: MessageId, text: string): Promise<void> {
    const edited = thread.messages.find((message) => message.id === question);
    if (edited === undefined || thread.phase.kind !== 'idle') return;
    await this.#ask(thread, (onEvent) => this.#backend.send(thread.id, edited.parent, text, onEvent), {
      // The words are not lost with the call.
      failed: () => {
        if (thread.draft === '') this.edited(thread, text);
      },
    });
  }

  tryAgain(thread: Thread, answer: MessageId): Promise<void> {
    return this.#ask(thread, (onEvent) => this.#backend.tryAgain(answer, onEvent));
  }

  continueAnswer(thread: Thread, answer: MessageId): Promise<void> {
    return this.#ask(thread, (onEvent) => this.#backend.continueAnswer(answer, onEvent));
  }

  /** Stops what goes on in this conversation. */
  async stop(thread: Thread): Promise<void> {
    if (thread.phase.kind !== 'writing') return;
    const { answer } = thread.phase;
    await this.#try(() => this.#backend.stop(answer));
  }

  /** Stops every answer that is being written anywhere. */
  async stopAll(): Promise<void> {
    const threads = [this.#notBegun, ...this.#kept.values()];
    await Promise.all(threads.map((thread) => this.stop(thread)));
  }

  async switchBranch(thread: Thread, sibling: MessageId): Promise<void> {
    if (thread.phase.kind !== 'idle') return;
    await this.#try(async () => thread.show(await this.#backend.switchBranch(sibling)));
  }

  /** Another model answers in this conversation from now on. Returns what takes it back. */
  chooseModel(id: ConversationId, model: NamedModel): () => void {
    const thread = this.#kept.get(id);
    if (thread === undefined) return () => undefined;
    const before = thread.model;
    thread.model = model;
    return () => (thread.model = before);
  }

  async rename(id: ConversationId, title: string): Promise<void> {
    const before = this.history.find(id);
    const trimmed = title.trim();
    if (before === undefined || trimmed === '' || trimmed === before.title) return;
    this.history.put({ ...before, title: trimmed });
    const done = await this.#try(async () =>
      this.history.put(await this.#backend.renameConversation(id, trimmed)),
    );
    if (!done) this.history.put(before);
  }

  async delete(id: ConversationId): Promise<void> {
    const summary = this.history.find(id);
    if (summary === undefined) return;
    const wasOpen = this.openId === id;
    const thread = this.#kept.get(id);
    if (thread !== undefined) await this.stop(thread);
    if (!(await this.#try(() => this.#backend.deleteConversation(id)))) return;
    this.#deleted.add(id);
    this.history.remove(id);
    this.#kept.delete(id);
    this.marks.delete(id);
    if (this.openId === id) this.newChat();
    const title = summary.title ?? m.sidebar_untitled();
    this.#notices.done(m.notice_deleted({ title }), {
      actions: [{ label: m.notice_undo(), run: () => void this.#restore(id, wasOpen) }],
    });
  }

  async #restore(id: ConversationId, wasOpen: boolean): Promise<void> {
    const done = await this.#try(async () => {
      const summary = await this.#backend.restoreConversation(id);
      this.#deleted.delete(id);
      this.history.put(summary);
    });
    if (done && wasOpen) await this.show(id);
  }

  async #ask(
    thread: Thread,
    call: (onEvent: (event: AnswerEvent) => void) => Promise<void>,
    then: { started?: () => void; failed?: () => void } = {},
  ): Promise<void> {
    if (thread.phase.kind !== 'idle') return;
    thread.phase = { kind: 'sending' };
    thread.trouble = null;
    try {
      await call((event) => {
        const id = thread.id;
        thread.receive(event);
        if (event.type === 'started') this.#began(thread, event, then.started);
        else if (event.type === 'finished') this.#ended(event);
        else if (event.type === 'refused') this.#tookBack(thread, id, event);
      });
    } catch (reason) {
      thread.phase = { kind: 'idle' };
      thread.trouble = asAppError(reason);
      then.failed?.();
    }
  }

  #began(thread: Thread, { conversation }: EventOf<'started'>, then: (() => void) | undefined): void {
    const { summary } = conversation;
    if (thread === this.#notBegun) this.#notBegun = Thread.notBegun('');
    this.#keep(thread);
    this.history.put(summary);
    this.marks.set(summary.id, 'writing');
    this.#announcer.say(m.chat_answer_begins());
    then?.();
  }

  #ended({ summary, message }: EventOf<'finished'>): void {
    if (this.#deleted.has(summary.id)) return;
    this.history.put(summary);
    if (this.openId === summary.id) {
      this.marks.delete(summary.id);
      if (message.body.role === 'assistant') this.#announcer.ended(message.body.state);
    } else {
      this.marks.set(summary.id, 'unread');
      this.#announcer.say(m.chat_answer_elsewhere({ title: summary.title ?? m.sidebar_untitled() }));
    }
  }

  #tookBack(thread: Thread, id: ConversationId | null, { conversation }: EventOf<'refused'>): void {
    if (id === null) return;
    this.marks.delete(id);
    if (conversation !== null) {
      this.history.put(conversation.summary);
    } else {
      this.history.remove(id);
      this.#kept.delete(id);
      if (this.#notBegun.draft === '') this.#notBegun = thread;
    }
    // The draft was emptied when the message seemed to be on its way.
    this.drafts.changed(thread.id, thread.draft);
  }

  #keep(thread: Thread): void {
    if (thread.id === null) return;
    this.#kept.delete(thread.id);
    this.#kept.set(thread.id, thread);
    for (const [id, old] of this.#kept) {
      if (this.#kept.size <= MOST_KEPT) break;
      if (old.phase.kind === 'idle' && old !== thread && id !== this.openId) this.#kept.delete(id);
    }
  }

  #isWanted(id: ConversationId): boolean {
    return this.open.kind !== 'open' && this.open.id === id;
  }

  /** Returns whether it worked; a failure is shown. */
  async #try(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (reason) {
      this.#notices.failed(asAppError(reason));
      return false;
    }
  }
}
