/** Conversations of earlier days, for the scenarios that begin with some. */
import type { AppError, AnswerState, AnswerStats, MessageId } from '../bindings';
import { failure } from './failure';
import { FakeHistory, seconds } from './history';
import { starterNamed } from './library';
import { letter, plan, renaming, sourdough, type Exchange } from './texts';

/** As an answer of an older version has them: without what was restored and guessed, and without the device. */
export const stats: AnswerStats = {
  prompt_tokens: 412,
  reused_tokens: 367,
  answer_tokens: 238,
  first_token_ms: 184,
  tokens_per_second: 41.6,
};

const day = 86_400;

export function weeksOfUse(): FakeHistory {
  const history = new FakeHistory();
  const now = seconds();
  const earlier: [string, number][] = [
    ['Names for a small bookshop', 402 * day],
    ['Verb tenses in Portuguese', 61 * day],
    ['A birthday poem for Nonna', 38 * day],
    ['Which plants like a north window', 33 * day],
    ['Explain compound interest', 19 * day],
    ['Packing list for a week of hiking in the rain', 12 * day],
    ['Regular expressions, gently', 6 * day],
    ['What to cook with leeks and lentils', 5 * day],
    ['Summary of the town council minutes about the new cycle path', 3 * day],
  ];
  for (const [title, age] of earlier) converse(history, title, now - age, letter);
  converse(history, 'Three quiet days in Lisbon', now - day - 3600, plan);
  converse(history, 'Letter about the cold radiator', now - day - 600, letter);
  converse(history, 'Dates in front of photo names', now - 5400, renaming);
  converse(history, 'Flat and dense sourdough', now - 300, sourdough);
  return history;
}

export function everyEnding(): FakeHistory {
  const history = weeksOfUse();
  const now = seconds();
  const id = history.addConversation('Every way an answer can end', now - 60);
  const first = history.addMessage(id, null, { role: 'user', text: 'Why is the sky blue?' }, now - 900);
  history.addMessage(
    id,
    first,
    answer('Because air scatters blue light more than red.', { state: 'complete' }),
    now - 880,
  );
  let parent: MessageId = history.addMessage(
    id,
    first,
    answer('Air scatters short waves more than long ones, and blue is short.', { state: 'complete' }),
    now - 860,
  );
  const endings: [string, string, AnswerState][] = [
    [
      'And at sunset?',
      'At sunset the light comes in flat and passes through much more air, so that',
      { state: 'stopped' },
    ],
    [
      'Tell me everything about it.',
      'There is a great deal to tell. It begins with Lord Rayleigh, who',
      { state: 'cut' },
    ],
    [
      'Is it the same on Mars?',
      'On Mars it is nearly the other way round: the sky is butterscotch by day, and',
      { state: 'interrupted', by: 'engine' },
    ],
    ['And on Venus?', 'Venus is wrapped in clouds of', { state: 'interrupted', by: 'app' }],
    [
      'What about Titan?',
      '',
      { state: 'failed', error: failure('message_too_long', { amount: 9120, limit: 7600 }) },
    ],
    ['In one sentence, then?', '', { state: 'failed', error: failure('out_of_memory') }],
  ];
  for (const [question, text, state] of endings) {
    const asked = history.addMessage(id, parent, { role: 'user', text: question }, now - 600);
    const remembered = question === 'In one sentence, then?' ? parent : null;
    parent = history.addMessage(
      id,
      asked,
      { ...answer(text, state), remembered_from: remembered },
      now - 580,
    );
  }
  return history;
}

/** The newest conversation's only answer could not be written. */
export function failedAnswer(error: AppError): FakeHistory {
  const history = weeksOfUse();
  const now = seconds();
  const id = history.addConversation('Why the sky is blue', now - 60);
  const asked = history.addMessage(id, null, { role: 'user', text: 'Why is the sky blue?' }, now - 70);
  history.addMessage(id, asked, answer('', { state: 'failed', error }), now - 60);
  return history;
}

export function thousands(): FakeHistory {
  const history = new FakeHistory();
  const now = seconds();
  for (let index = 0; index < 5000; index++) {
    history.addConversation(`Conversation number ${5000 - index}`, now - (5000 - index) * 7200);
  }
  return history;
}

function converse(history: FakeHistory, title: string, updatedAt: number, exchanges: Exchange[]): void {
  const id = history.addConversation(title, updatedAt);
  let parent: MessageId | null = null;
  for (const exchange of exchanges) {
    const question: MessageId = history.addMessage(
      id,
      parent,
      { role: 'user', text: exchange.question },
      updatedAt,
    );
    parent = history.addMessage(id, question, answer(exchange.answer, { state: 'complete' }), updatedAt);
  }
}

function answer(text: string, state: AnswerState) {
  return { role: 'assistant' as const, text, state, model: starterNamed.name, remembered_from: null, stats };
}
