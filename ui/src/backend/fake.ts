/**
 * The twin of the real backend: keeps everything in memory and answers from a script. What it does is decided by a
 * [`Scenario`] alone, so a test or a picture says what it needs by naming one.
 */
import type { Backend } from './backend';
import type {
  AnswerEvent,
  AnswerState,
  AppError,
  Bootstrap,
  Conversation,
  ConversationId,
  ConversationSummary,
  EngineState,
  MessageBody,
  MessageId,
  Settings,
} from './bindings';
import type { FakeHistory } from './fake/history';
import type { Scenario, ScriptedAnswer } from './fake/scenario';

type AssistantBody = Extract<MessageBody, { role: 'assistant' }>;

/** A call that a test may want to look at: which, and with what. */
export interface Call {
  name: keyof Backend;
  arguments: unknown[];
}

export class FakeBackend implements Backend {
  /** Every call in order, for tests that state what the page asks for. */
  readonly calls: Call[] = [];
  readonly history: FakeHistory;

  #scenario: Scenario;
  #settings: Settings;
  #engine: EngineState;
  #newChatDraft: string;
  #listeners = new Set<(state: EngineState) => void>();
  #running = new Map<MessageId, RunningAnswer>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.history = scenario.history;
    this.#settings = scenario.settings;
    this.#engine = scenario.engine;
    this.#newChatDraft = scenario.newChatDraft;
  }

  /** What the engine would tell: the page hears of it at once. */
  setEngine(state: EngineState): void {
    this.#engine = state;
    for (const listener of this.#listeners) listener(structuredClone(state));
  }

  /** From now on this call fails with `error`; `null` lets it work again. */
  setFailure(call: keyof Backend, error: AppError | null): void {
    this.#scenario.failures[call] = error;
  }

  /** Ends the answer that is being written as an accident would. */
  endAnswer(state: AnswerState): void {
    for (const running of this.#running.values()) running.end(state);
  }

  /** How the next answers are written. */
  setAnswer(answer: ScriptedAnswer): void {
    this.#scenario.answer = () => answer;
  }

  async bootstrap(): Promise<Bootstrap> {
    await this.#call('bootstrap');
    return structuredClone({
      conversations: this.history.summaries(),
      new_chat_draft: this.#newChatDraft,
      settings: this.#settings,
      engine: this.#engine,
      about: this.#scenario.about,
      message_limit_characters: this.#scenario.messageLimitCharacters,
    });
  }

  onEngineState(listener: (state: EngineState) => void): Promise<() => void> {
    this.#listeners.add(listener);
    return Promise.resolve(() => {
      this.#listeners.delete(listener);
    });
  }

  async openConversation(id: ConversationId): Promise<Conversation> {
    await this.#call('openConversation', id);
    return this.history.conversation(id);
  }

  async renameConversation(id: ConversationId, title: string): Promise<ConversationSummary> {
    await this.#call('renameConversation', id, title);
    this.history.change(id, { title });
    return this.history.summary(id);
  }

  async deleteConversation(id: ConversationId): Promise<void> {
    await this.#call('deleteConversation', id);
    this.history.setDeleted(id, true);
  }

  async restoreConversation(id: ConversationId): Promise<ConversationSummary> {
    await this.#call('restoreConversation', id);
    this.history.setDeleted(id, false);
    return this.history.summary(id);
  }

  async saveDraft(id: ConversationId | null, text: string): Promise<void> {
    await this.#call('saveDraft', id, text);
    if (id === null) this.#newChatDraft = text;
    else this.history.setDraft(id, text);
  }

  async send(
    conversation: ConversationId | null,
    parent: MessageId | null,
    text: string,
    onEvent: (event: AnswerEvent) => void,
  ): Promise<void> {
    await this.#call('send', conversation, parent, text);
    const script = this.#scenario.answer(text);
    const now = seconds();
    const id = conversation ?? this.history.addConversation(null, now);
    const leafBefore = this.history.leaf(id);
    const question = this.history.addMessage(id, parent, { role: 'user', text }, now);
    const answer = this.#answer(id, question, script, onEvent);
    if (this.#scenario.refusal === null) return;
    this.#running.get(answer)?.abandon();
    this.#running.delete(answer);
    this.history.takeBack(id, leafBefore);
    if (conversation === null) this.history.setDeleted(id, true);
    onEvent({
      type: 'refused',
      error: this.#scenario.refusal,
      text,
      conversation: conversation === null ? null : this.history.conversation(id),
    });
  }

  async tryAgain(answer: MessageId, onEvent: (event: AnswerEvent) => void): Promise<void> {
    await this.#call('tryAgain', answer);
    const { parent } = this.history.message(answer);
    this.#answer(this.history.conversationOf(answer), parent, this.#scenario.answer(''), onEvent);
  }

  async continueAnswer(answer: MessageId, onEvent: (event: AnswerEvent) => void): Promise<void> {
    await this.#call('continueAnswer', answer);
    this.#write(this.history.conversationOf(answer), answer, this.#scenario.answer(''), onEvent);
  }

  async stop(answer: MessageId): Promise<void> {
    await this.#call('stop', answer);
    this.#running.get(answer)?.end({ state: 'stopped' });
  }

  async switchBranch(message: MessageId): Promise<Conversation> {
    await this.#call('switchBranch', message);
    this.history.activate(message);
    return this.history.conversation(this.history.conversationOf(message));
  }

  async openModelFile(): Promise<boolean> {
    await this.#call('openModelFile');
    return false;
  }

  async useStarterModel(): Promise<void> {
    await this.#call('useStarterModel');
    this.setEngine(this.#scenario.mended);
  }

  async reloadModel(): Promise<void> {
    await this.#call('reloadModel');
    this.setEngine(this.#scenario.mended);
  }

  async updateSettings(settings: Settings): Promise<void> {
    await this.#call('updateSettings', settings);
    this.#settings = settings;
  }

  async openLink(url: string): Promise<void> {
    await this.#call('openLink', url);
  }

  async openDataFolder(): Promise<void> {
    await this.#call('openDataFolder');
  }

  async copyText(text: string): Promise<void> {
    await this.#call('copyText', text);
  }

  async #call(name: keyof Backend, ...args: unknown[]): Promise<void> {
    this.calls.push({ name, arguments: args });
    await pause(this.#scenario.delayMs[name] ?? 0);
    const failure = this.#scenario.failures[name];
    if (failure != null) throw failure;
  }

  /** A message sent early is answered once the model is there. */
  #modelReady(): Promise<void> {
    if (this.#engine.state === 'ready') return Promise.resolve();
    return new Promise((resolve) => {
      const listener = (state: EngineState) => {
        if (state.state !== 'ready') return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }

  #answer(
    conversation: ConversationId,
    question: MessageId | null,
    script: ScriptedAnswer,
    onEvent: (event: AnswerEvent) => void,
  ): MessageId {
    const body: AssistantBody = {
      role: 'assistant',
      text: '',
      state: { state: 'writing' },
      model: 'SmolLM2 135M Instruct',
      remembered_from: null,
      stats: null,
    };
    const answer = this.history.addMessage(conversation, question, body, seconds());
    this.#write(conversation, answer, script, onEvent);
    return answer;
  }

  /** Streams `script` into an answer that exists, from where it stands. */
  #write(
    conversation: ConversationId,
    answer: MessageId,
    script: ScriptedAnswer,
    onEvent: (event: AnswerEvent) => void,
  ): void {
    const { body } = this.history.message(answer);
    if (body.role !== 'assistant') throw new Error(`message ${answer} is no answer`);
    this.history.setBody(answer, { ...body, state: { state: 'writing' } });
    onEvent({ type: 'started', conversation: this.history.conversation(conversation), answer });

    const begun = body.text;
    const running = new RunningAnswer(script, onEvent, (written, state) => {
      this.#running.delete(answer);
      this.history.setBody(answer, { ...body, text: begun + written, state, stats: script.stats });
      if (this.history.summary(conversation).title === null && script.title !== null) {
        this.history.change(conversation, { title: script.title });
      }
      this.history.change(conversation, { updated_at: seconds() });
      onEvent({
        type: 'finished',
        message: this.history.message(answer),
        summary: this.history.summary(conversation),
      });
    });
    this.#running.set(answer, running);
    void this.#modelReady().then(() => running.play());
  }
}

/** One answer being written: reads, then writes piece after piece, until its script or somebody ends it. */
class RunningAnswer {
  #written = '';
  #ended = false;
  #script: ScriptedAnswer;
  #onEvent: (event: AnswerEvent) => void;
  #onEnd: (written: string, state: AnswerState) => void;

  constructor(
    script: ScriptedAnswer,
    onEvent: (event: AnswerEvent) => void,
    onEnd: (written: string, state: AnswerState) => void,
  ) {
    this.#script = script;
    this.#onEvent = onEvent;
    this.#onEnd = onEnd;
  }

  async play(): Promise<void> {
    if (this.#hasEnded()) return;
    for (const [tokens_read, tokens_total] of this.#script.reading) {
      await pause(this.#script.readingMs);
      if (this.#hasEnded()) return;
      this.#onEvent({ type: 'reading', tokens_read, tokens_total });
    }
    for (const piece of pieces(this.#script.text, this.#script.charactersPerDelta)) {
      await pause(this.#script.deltaMs);
      if (this.#hasEnded()) return;
      this.#written += piece;
      this.#onEvent({ type: 'delta', text: piece });
    }
    if (this.#script.end !== 'never') this.end(this.#script.end);
  }

  /** Ends it without a word: its message is gone. */
  abandon(): void {
    this.#ended = true;
  }

  /** Asked anew after each pause, in which anybody may have ended it. */
  #hasEnded(): boolean {
    return this.#ended;
  }

  end(state: AnswerState): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(this.#written, state);
  }
}

function* pieces(text: string, length: number): Generator<string> {
  const characters = Array.from(text);
  for (let at = 0; at < characters.length; at += length) yield characters.slice(at, at + length).join('');
}

function pause(milliseconds: number): Promise<void> {
  return milliseconds === 0
    ? Promise.resolve()
    : new Promise((resolve) => {
        setTimeout(resolve, milliseconds);
      });
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
