import type { AnswerEvent, AnswerState } from '../bindings';
import type { ScriptedAnswer } from './scenario';

/** One answer being written: reads, then writes piece after piece, until its script or somebody ends it. */
export class RunningAnswer {
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

export function pause(milliseconds: number): Promise<void> {
  return milliseconds === 0
    ? Promise.resolve()
    : new Promise((resolve) => {
        setTimeout(resolve, milliseconds);
      });
}
