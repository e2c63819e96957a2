/** The list of conversations, newest first. */
import type { ConversationId, ConversationSummary } from '../backend/bindings';

export class History {
  conversations = $state.raw<ConversationSummary[]>([]);

  constructor(conversations: ConversationSummary[]) {
    this.conversations = conversations;
  }

  find(id: ConversationId): ConversationSummary | undefined {
    return this.conversations.find((conversation) => conversation.id === id);
  }

  /** Adds it, or replaces what was known of it, at its place. */
  put(summary: ConversationSummary): void {
    const others = this.conversations.filter((conversation) => conversation.id !== summary.id);
    const at = others.findIndex((other) => isNewer(summary, other));
    this.conversations = others.toSpliced(at < 0 ? others.length : at, 0, summary);
  }

  remove(id: ConversationId): void {
    this.conversations = this.conversations.filter((conversation) => conversation.id !== id);
  }
}

function isNewer(a: ConversationSummary, b: ConversationSummary): boolean {
  return a.updated_at > b.updated_at || (a.updated_at === b.updated_at && a.id > b.id);
}
