import { beforeEach, describe, expect, test } from 'vitest';
import { dayHeading, fileName, percent, size, wordsFromTokens } from './format';
import { showLanguage } from './locale.svelte';

beforeEach(() => showLanguage('en'));

describe('days in the sidebar', () => {
  const now = new Date(2026, 10, 20, 0, 5);
  test.each([
    [new Date(2026, 10, 20, 0, 1), 'Today'],
    [new Date(2026, 10, 19, 23, 59), 'Yesterday'],
    [new Date(2026, 10, 13, 12), 'Previous 7 days'],
    [new Date(2026, 10, 12, 12), 'November'],
    [new Date(2026, 2, 1), 'March'],
    [new Date(2025, 10, 20), 'November 2025'],
  ])('%s is under “%s”', (at, heading) => {
    expect(dayHeading(at, now)).toBe(heading);
  });

  test('a clock that was set back does not put anything into the future', () => {
    expect(dayHeading(new Date(2026, 10, 25), now)).toBe('Today');
  });

  test('months are named in the shown language', () => {
    showLanguage('de');
    expect(dayHeading(new Date(2026, 2, 1), now)).toBe('März');
  });
});

test.each([
  [98_362_432, '98 MB'],
  [2_489_000_000, '2.5 GB'],
  [999_000_000, '1 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(size(bytes)).toBe(words);
});

test('a fraction is a whole number of percent, set as the language sets it', () => {
  expect(percent(0.424)).toBe('42%');
  showLanguage('de');
  expect(percent(0.424)).toBe('42\u00a0%');
});

test.each([
  [0, 0],
  [8, 6],
  [8192, 6100],
  [131_072, 98_000],
])('%d tokens are about %d words', (tokens, words) => {
  expect(wordsFromTokens(tokens)).toBe(words);
});

test.each([
  ['/home/ada/model.gguf', 'model.gguf'],
  ['C:\\Models\\model.gguf', 'model.gguf'],
  ['model.gguf', 'model.gguf'],
])('the file name of %s is %s', (path, name) => {
  expect(fileName(path)).toBe(name);
});
