/** What a screen reader is told while an answer is written: that it begins and how it ends, not each word. */
import type { AnswerState } from '../backend/bindings';
import * as m from '../paraglide/messages';

export class Announcer {
  /** The live region's text. */
  text = $state('');

  say(text: string): void {
    // The same words twice are announced twice only if the text differs.
    this.text = this.text === text ? `${text}\u00a0` : text;
  }

  ended(state: AnswerState): void {
    const words = howItEnded(state);
    if (words !== null) this.say(words);
  }
}

function howItEnded(state: AnswerState): string | null {
  switch (state.state) {
    case 'writing':
      return null;
    case 'complete':
      return m.chat_answer_ends();
    case 'stopped':
      return m.chat_answer_stopped();
    case 'cut':
      return m.chat_answer_cut();
    case 'interrupted':
    case 'failed':
      return m.chat_answer_broke();
  }
}
