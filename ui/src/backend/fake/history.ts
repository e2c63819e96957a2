/**
 * Conversations in memory: the same tree of messages that the database keeps, small enough to be read at once.
 */
import type {
  AppError,
  Conversation,
  ConversationId,
  NamedModel,
  ConversationSummary,
  Message,
  MessageBody,
  MessageId,
} from '../bindings';
import { failure } from './failure';

interface StoredConversation {
  summary: ConversationSummary;
  draft: string;
  deleted: boolean;
  leaf: MessageId | null;
  model: NamedModel | null;
}

interface StoredMessage {
  id: MessageId;
  conversation: ConversationId;
  parent: MessageId | null;
  created_at: number;
  body: MessageBody;
}

export class FakeHistory {
  #conversations = new Map<ConversationId, StoredConversation>();
  #messages = new Map<MessageId, StoredMessage>();
  #nextConversation = 1;
  #nextMessage = 1;

  addConversation(title: string | null, updatedAt: number, draft = ''): ConversationId {
    const id = this.#nextConversation++;
    const summary = { id, title, updated_at: updatedAt };
    this.#conversations.set(id, { summary, draft, deleted: false, leaf: null, model: null });
    return id;
  }

  /** Adds a child of `parent` and makes it the active leaf. */
  addMessage(
    conversation: ConversationId,
    parent: MessageId | null,
    body: MessageBody,
    at: number,
  ): MessageId {
    const id = this.#nextMessage++;
    this.#messages.set(id, { id, conversation, parent, created_at: at, body });
    this.#stored(conversation).leaf = id;
    return id;
  }

  summaries(): ConversationSummary[] {
    return [...this.#conversations.values()]
      .filter((conversation) => !conversation.deleted)
      .map((conversation) => ({ ...conversation.summary }))
      .sort((a, b) => b.updated_at - a.updated_at || b.id - a.id);
  }

  summary(id: ConversationId): ConversationSummary {
    return { ...this.#stored(id).summary };
  }

  conversation(id: ConversationId): Conversation {
    const stored = this.#stored(id);
    if (stored.deleted) throw notFound(`conversation ${id} is deleted`);
    const messages: Message[] = [];
    for (let at = stored.leaf; at !== null;) {
      const message = this.message(at);
      messages.unshift(message);
      at = message.parent;
    }
    return { summary: { ...stored.summary }, draft: stored.draft, model: stored.model, messages };
  }

  message(id: MessageId): Message {
    const stored = this.#storedMessage(id);
    const { conversation, ...message } = stored;
    const siblings = [...this.#messages.values()]
      .filter((other) => other.conversation === conversation && other.parent === stored.parent)
      .map((other) => other.id);
    return structuredClone({ ...message, siblings });
  }

  conversationOf(message: MessageId): ConversationId {
    return this.#storedMessage(message).conversation;
  }

  change(id: ConversationId, change: Partial<Pick<ConversationSummary, 'title' | 'updated_at'>>): void {
    Object.assign(this.#stored(id).summary, change);
  }

  setDraft(id: ConversationId, draft: string): void {
    this.#stored(id).draft = draft;
  }

  setModel(id: ConversationId, model: NamedModel): void {
    this.#stored(id).model = model;
  }

  setDeleted(id: ConversationId, deleted: boolean): void {
    this.#stored(id).deleted = deleted;
  }

  setBody(id: MessageId, body: MessageBody): void {
    this.#storedMessage(id).body = body;
  }

  /** Makes the branch through `id` the active one, down to its newest leaf. */
  activate(id: MessageId): void {
    let leaf = this.#storedMessage(id);
    for (;;) {
      const newestChild = [...this.#messages.values()].filter((message) => message.parent === leaf.id).at(-1);
      if (newestChild === undefined) break;
      leaf = newestChild;
    }
    this.#stored(leaf.conversation).leaf = leaf.id;
  }

  leaf(id: ConversationId): MessageId | null {
    return this.#stored(id).leaf;
  }

  /** Forgets the messages behind `leaf`, as if they had never been sent. */
  takeBack(id: ConversationId, leaf: MessageId | null): void {
    for (const message of this.#messages.values()) {
      if (message.conversation === id && message.id > (leaf ?? 0)) this.#messages.delete(message.id);
    }
    this.#stored(id).leaf = leaf;
  }

  #stored(id: ConversationId): StoredConversation {
    const stored = this.#conversations.get(id);
    if (stored === undefined) throw notFound(`no conversation ${id}`);
    return stored;
  }

  #storedMessage(id: MessageId): StoredMessage {
    const stored = this.#messages.get(id);
    if (stored === undefined) throw notFound(`no message ${id}`);
    return stored;
  }
}

function notFound(message: string): AppError {
  return failure('not_found', {}, message);
}

/** Since 1970. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
