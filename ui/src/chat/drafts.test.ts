import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Drafts } from './drafts';

let saved: [number | null, string][];
let drafts: Drafts;

beforeEach(() => {
  vi.useFakeTimers();
  saved = [];
  drafts = new Drafts((conversation, text) => saved.push([conversation, text]));
});

afterEach(() => {
  vi.useRealTimers();
});

test('a draft is saved a little after the last key, once', () => {
  drafts.changed(1, 'a');
  vi.advanceTimersByTime(300);
  drafts.changed(1, 'ab');
  vi.advanceTimersByTime(300);
  expect(saved).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(saved).toEqual([[1, 'ab']]);
});

test('typing in another conversation saves the first draft at once', () => {
  drafts.changed(1, 'one');
  drafts.changed(2, 'two');
  expect(saved).toEqual([[1, 'one']]);
  drafts.flush();
  expect(saved).toEqual([
    [1, 'one'],
    [2, 'two'],
  ]);
});

test('a draft that became a message is emptied and not saved again', () => {
  drafts.changed(null, 'sent');
  drafts.discard(null);
  vi.advanceTimersByTime(1000);
  expect(saved).toEqual([[null, '']]);
});
