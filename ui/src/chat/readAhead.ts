/**
 * Has the model read ahead what is certain already of a question that is being written: a little after the last key,
 * and at once after a paste. Nothing of it is waited for, and nothing that goes wrong with it is anybody's trouble.
 */
import type { ConversationId, MessageId } from '../backend/bindings';

const QUIET_MS = 300;

/** A question as it would be sent now. */
export interface Unsent {
  conversation: ConversationId | null;
  parent: MessageId | null;
  text: string;
}

export class ReadAhead {
  #prepare: (question: Unsent) => Promise<void>;
  /** What was last considered; asked for already, or about to be. */
  #considered: Unsent | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isHurried = false;

  constructor(prepare: (question: Unsent) => Promise<void>) {
    this.#prepare = prepare;
  }

  /** What comes next was inserted as a whole: nothing is gained by waiting for more. */
  hurry(): void {
    this.#isHurried = true;
  }

  /** The question as it is now; `null` while there is none, or nothing may be read ahead. */
  consider(question: Unsent | null): void {
    if (isSame(question, this.#considered)) return;
    clearTimeout(this.#timer);
    this.#considered = question;
    if (question === null) return;
    if (this.#isHurried) this.#ask(question);
    else this.#timer = setTimeout(() => this.#ask(question), QUIET_MS);
    this.#isHurried = false;
  }

  #ask(question: Unsent): void {
    // Whatever it is, sending the question will meet it too, and say so.
    this.#prepare(question).catch(() => undefined);
  }
}

function isSame(one: Unsent | null, other: Unsent | null): boolean {
  if (one === null || other === null) return one === other;
  return one.conversation === other.conversation && one.parent === other.parent && one.text === other.text;
}
