/**
 * Everything the page can ask for, and everything it is told. `tauri.ts` is the real one, `fake.ts` its twin
 * for tests and pictures: each screen can be built and tested without an engine, a database or a window.
 *
 * A call that fails rejects with an `AppError`.
 */
import type {
  AnswerEvent,
  Bootstrap,
  Conversation,
  ConversationId,
  ConversationSummary,
  EngineState,
  MessageId,
  Settings,
} from './bindings';

export interface Backend {
  /** All that the first picture needs, in one call. */
  bootstrap(): Promise<Bootstrap>;
  /** Calls back on every change of the engine, until the returned function is called. */
  onEngineState(listener: (state: EngineState) => void): Promise<() => void>;

  openConversation(id: ConversationId): Promise<Conversation>;
  renameConversation(id: ConversationId, title: string): Promise<ConversationSummary>;
  /** Takes it out of the list. `restoreConversation` brings it back. */
  deleteConversation(id: ConversationId): Promise<void>;
  restoreConversation(id: ConversationId): Promise<ConversationSummary>;
  /** `null` stands for the chat not yet begun. */
  saveDraft(id: ConversationId | null, text: string): Promise<void>;

  /**
   * Stores the question as a child of `parent` (`null`: as a first message; with `conversation` also `null`: of a new
   * conversation) and has it answered. Resolves once both are stored; the answer comes through `onEvent`. Editing is
   * sending with the edited message's parent.
   */
  send(
    conversation: ConversationId | null,
    parent: MessageId | null,
    text: string,
    onEvent: (event: AnswerEvent) => void,
  ): Promise<void>;
  /** A new sibling of `answer`. */
  tryAgain(answer: MessageId, onEvent: (event: AnswerEvent) => void): Promise<void>;
  /** Goes on writing an answer that was cut, stopped or interrupted. */
  continueAnswer(answer: MessageId, onEvent: (event: AnswerEvent) => void): Promise<void>;
  stop(answer: MessageId): Promise<void>;
  /** Makes the branch that `message` is on the active one, down to its newest leaf. */
  switchBranch(message: MessageId): Promise<Conversation>;

  /** Lets the person choose a file and loads it. Resolves to false when nothing was chosen. */
  openModelFile(): Promise<boolean>;
  useStarterModel(): Promise<void>;
  /** Tries the chosen model once more. */
  reloadModel(): Promise<void>;

  updateSettings(settings: Settings): Promise<void>;
  /** Opens a web address (http, https, mailto) in the person's browser. Ask before calling. */
  openLink(url: string): Promise<void>;
  openDataFolder(): Promise<void>;
  copyText(text: string): Promise<void>;
}
