import type { AnswerEvent, AnswerState, ConversationId, MessageBody, MessageId } from '../bindings';
import { seconds, type FakeHistory } from './history';
import type { ScriptedAnswer } from './scenario';

type AssistantBody = Extract<MessageBody, { role: 'assistant' }>;

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

/** The answers of a history, as they are written. */
export class FakeAnswers {
  #history: FakeHistory;
  #modelReady: () => Promise<void>;
  #running = new Map<MessageId, RunningAnswer>();

  /** A message sent early is answered once `modelReady` resolves. */
  constructor(history: FakeHistory, modelReady: () => Promise<void>) {
    this.#history = history;
    this.#modelReady = modelReady;
  }

  /** A new answer to `question`. */
  begin(
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
    const answer = this.#history.addMessage(conversation, question, body, seconds());
    this.write(conversation, answer, script, onEvent);
    return answer;
  }

  /** Streams `script` into an answer that exists, from where it stands. */
  write(
    conversation: ConversationId,
    answer: MessageId,
    script: ScriptedAnswer,
    onEvent: (event: AnswerEvent) => void,
  ): void {
    const { body } = this.#history.message(answer);
    if (body.role !== 'assistant') throw new Error(`message ${answer} is no answer`);
    this.#history.setBody(answer, { ...body, state: { state: 'writing' } });
    onEvent({ type: 'started', conversation: this.#history.conversation(conversation), answer });

    const begun = body.text;
    const running = new RunningAnswer(script, onEvent, (written, state) => {
      this.#running.delete(answer);
      this.#history.setBody(answer, { ...body, text: begun + written, state, stats: script.stats });
      if (this.#history.summary(conversation).title === null && script.title !== null) {
        this.#history.change(conversation, { title: script.title });
      }
      this.#history.change(conversation, { updated_at: seconds() });
      onEvent({
        type: 'finished',
        message: this.#history.message(answer),
        summary: this.#history.summary(conversation),
      });
    });
    this.#running.set(answer, running);
    void this.#modelReady().then(() => running.play());
  }

  /** Stops one, or ends it as an accident would. */
  end(answer: MessageId, state: AnswerState): void {
    this.#running.get(answer)?.end(state);
  }

  endAll(state: AnswerState): void {
    for (const running of this.#running.values()) running.end(state);
  }

  /** Its message is gone. */
  abandon(answer: MessageId): void {
    this.#running.get(answer)?.abandon();
    this.#running.delete(answer);
  }
}

function* pieces(text: string, length: number): Generator<string> {
  const characters = Array.from(text);
  for (let at = 0; at < characters.length; at += length) yield characters.slice(at, at + length).join('');
}

export function pause(milliseconds: number): Promise<void> {
  return milliseconds === 0
    ? Promise.resolve()
    : new Promise((resolve) => {
        setTimeout(resolve, milliseconds);
      });
}
