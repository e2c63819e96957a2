import { beforeEach, describe, expect, test } from 'vitest';
import {
  compact,
  day,
  dayHeading,
  duration,
  fileName,
  languageName,
  memory,
  memoryInAll,
  moment,
  pace,
  percent,
  size,
  speed,
  wordsFromTokens,
} from './format';
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
  [98_362_432, '98\u00a0MB'],
  [2_489_000_000, '2.5\u00a0GB'],
  [999_000_000, '1\u00a0GB'],
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

test.each([
  [15.3, '16\u00a0GB'],
  [7.6, '8\u00a0GB'],
  [62.7, '64\u00a0GB'],
  [125.6, '128\u00a0GB'],
  [94, '96\u00a0GB'],
  [47, '48\u00a0GB'],
  [5, '5\u00a0GB'],
  [3.8, '4\u00a0GB'],
])('a computer with %d GiB at hand was sold with %s', (gibibytes, words) => {
  expect(memoryInAll(gibibytes * 2 ** 30)).toBe(words);
});

test.each([
  [3.62, '3.6\u00a0GB'],
  [11.44, '11.4\u00a0GB'],
])('%d GiB of memory are %s', (gibibytes, words) => {
  expect(memory(gibibytes * 2 ** 30)).toBe(words);
});

test.each([
  [0.4, '1 second'],
  [40, '40 seconds'],
  [95, '2 minutes'],
  [5399, '90 minutes'],
  [7300, '2 hours'],
])('%d seconds are %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test('what is read beside other numbers is as short as it may be', () => {
  expect(speed(12_400_000)).toBe('12\u00a0MB/s');
  expect(speed(940_000)).toBe('0.9\u00a0MB/s');
  expect(compact(48_120)).toBe('48K');
  expect(pace(13.6)).toBe('14');
  expect(pace(2.44)).toBe('2.4');
});

test('a day of the Hub is the same day everywhere, and what is none is nothing', () => {
  expect(day('2026-03-14T23:59:00.000Z')).toBe('March 14, 2026');
  expect(day('soon')).toBeNull();
});

test('a moment is a day and a time of this computer', () => {
  const seconds = new Date(2026, 10, 20, 10, 24).getTime() / 1000;
  expect(moment(seconds)).toMatch(/^November 20, 2026 at 10:24\sAM$/);
  showLanguage('de');
  expect(moment(seconds)).toBe('20. November 2026 um 10:24');
});

test('languages are named in the shown language; what is none stays as it is', () => {
  expect(languageName('de')).toBe('German');
  expect(languageName('code')).toBe('code');
  expect(languageName('not a language')).toBe('not a language');
});
