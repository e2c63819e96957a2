import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ReadAhead, type Unsent } from './readAhead';

let asked: Unsent[];
let readAhead: ReadAhead;
const question = (text: string): Unsent => ({ conversation: 1, parent: 7, text });

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  readAhead = new ReadAhead((wanted) => {
    asked.push(wanted);
    return Promise.resolve();
  });
});

afterEach(() => {
  vi.useRealTimers();
});

test('what is typed is read ahead a little after the last key, once', () => {
  readAhead.consider(question('W'));
  vi.advanceTimersByTime(299);
  readAhead.consider(question('Wh'));
  vi.advanceTimersByTime(299);
  expect(asked).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(asked).toEqual([question('Wh')]);
  vi.advanceTimersByTime(10_000);
  expect(asked).toHaveLength(1);
});

test('what is pasted is read ahead at once, and what is typed after it is not', () => {
  readAhead.hurry();
  readAhead.consider(question('a long text'));
  expect(asked).toEqual([question('a long text')]);
  readAhead.consider(question('a long text!'));
  expect(asked).toHaveLength(1);
  vi.advanceTimersByTime(300);
  expect(asked).toHaveLength(2);
});

test('a paste takes the place of what was about to be read ahead', () => {
  readAhead.consider(question('typed'));
  readAhead.hurry();
  readAhead.consider(question('typed and pasted'));
  vi.advanceTimersByTime(1000);
  expect(asked).toEqual([question('typed and pasted')]);
});

test('the same question is not read ahead twice', () => {
  readAhead.consider(question('same'));
  vi.advanceTimersByTime(300);
  readAhead.consider(question('same'));
  vi.advanceTimersByTime(300);
  expect(asked).toHaveLength(1);
});

test('the same words after another message are another question', () => {
  readAhead.consider(question('same'));
  vi.advanceTimersByTime(300);
  readAhead.consider({ ...question('same'), parent: 9 });
  vi.advanceTimersByTime(300);
  expect(asked.map(({ parent }) => parent)).toEqual([7, 9]);
});

test('what was sent, or may no longer be read ahead, is not', () => {
  readAhead.consider(question('sent quickly'));
  readAhead.consider(null);
  vi.advanceTimersByTime(1000);
  expect(asked).toEqual([]);
});

test('what had to wait for an answer is read ahead once it may be', () => {
  readAhead.consider(question('next'));
  vi.advanceTimersByTime(300);
  readAhead.consider(null);
  readAhead.consider(question('next'));
  vi.advanceTimersByTime(300);
  expect(asked).toHaveLength(2);
});

test('a failure disturbs nobody, and the next change is read ahead all the same', async () => {
  const failing = vi.fn(() => Promise.reject(new Error('no engine')));
  readAhead = new ReadAhead(failing);
  readAhead.consider(question('one'));
  await vi.advanceTimersByTimeAsync(300);
  readAhead.consider(question('two'));
  await vi.advanceTimersByTimeAsync(300);
  expect(failing).toHaveBeenCalledTimes(2);
});
