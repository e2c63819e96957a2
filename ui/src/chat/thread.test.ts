import { expect, test } from 'vitest';
import type { AnswerEvent, Conversation, Message } from '../backend/bindings';
import { failure } from '../backend/fake/failure';
import { Thread } from './thread.svelte';

function message(id: number, body: Message['body']): Message {
  return { id, parent: id === 1 ? null : id - 1, siblings: [id], created_at: 0, body };
}

function answer(text: string, state: 'writing' | 'complete'): Message['body'] {
  return { role: 'assistant', text, state: { state }, model: 'm', remembered_from: null, stats: null };
}

function begun(): { thread: Thread; conversation: Conversation } {
  const conversation: Conversation = {
    summary: { id: 7, title: null, updated_at: 0 },
    draft: '',
    model: null,
    messages: [message(1, { role: 'user', text: 'Why?' }), message(2, answer('', 'writing'))],
  };
  const thread = Thread.notBegun('Why?');
  thread.receive({ type: 'started', conversation, answer: 2 });
  return { thread, conversation };
}

test('a chat not yet begun becomes the conversation its first answer belongs to', () => {
  const { thread } = begun();
  expect(thread.id).toBe(7);
  expect(thread.phase).toEqual({ kind: 'writing', answer: 2, reading: null });
});

test('pieces add up, and the end replaces them with what was stored', () => {
  const { thread } = begun();
  const events: AnswerEvent[] = [
    { type: 'reading', tokens_read: 10, tokens_total: 40 },
    { type: 'delta', text: 'Bec' },
    { type: 'delta', text: 'ause' },
  ];
  for (const event of events) thread.receive(event);
  expect(thread.reading).toEqual({ read: 10, total: 40 });
  expect(thread.messages[1]?.body.text).toBe('Because');

  const summary = { id: 7, title: 'Why', updated_at: 1 };
  thread.receive({ type: 'finished', message: message(2, answer('Because.', 'complete')), summary });
  expect(thread.messages[1]?.body.text).toBe('Because.');
  expect(thread.phase).toEqual({ kind: 'idle' });
});

test('a refused first message leaves a chat not yet begun, with the words in the composer', () => {
  const { thread } = begun();
  thread.draft = '';
  const error = failure('message_too_long', { amount: 2, limit: 1 });
  thread.receive({ type: 'refused', error, text: 'Why?', conversation: null });
  expect(thread.id).toBeNull();
  expect(thread.messages).toEqual([]);
  expect(thread.draft).toBe('Why?');
  expect(thread.trouble).toEqual(error);
});

test('a refused message never overwrites what was typed meanwhile', () => {
  const { thread } = begun();
  thread.draft = 'something else';
  const error = failure('internal');
  thread.receive({ type: 'refused', error, text: 'Why?', conversation: null });
  expect(thread.draft).toBe('something else');
});
