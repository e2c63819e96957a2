import { beforeEach, expect, test } from 'vitest';
import { showLanguage } from '../../i18n/locale.svelte';
import { lastUsed } from './used';

const now = new Date(2026, 10, 22, 0, 5);
const seconds = (date: Date) => date.getTime() / 1000;

beforeEach(() => showLanguage('en'));

test.each([
  [new Date(2026, 10, 22, 0, 1), 'Last used today'],
  // Six minutes ago, but before midnight.
  [new Date(2026, 10, 21, 23, 59), 'Last used yesterday'],
  [new Date(2026, 10, 16, 12), 'Last used 6 days ago'],
  [new Date(2026, 10, 15, 12), 'Last used last week'],
  [new Date(2026, 10, 1, 12), 'Last used 3 weeks ago'],
  [new Date(2026, 9, 20, 12), 'Last used last month'],
  [new Date(2026, 3, 1), 'Last used 7 months ago'],
  [new Date(2024, 3, 1), 'Last used 2 years ago'],
])('%s is “%s”', (at, words) => {
  expect(lastUsed(seconds(at), now)).toBe(words);
});

test('a clock that was set back does not put the last use into the future', () => {
  expect(lastUsed(seconds(new Date(2026, 10, 25)), now)).toBe('Last used today');
});

test('a model that never answered says so', () => {
  expect(lastUsed(null, now)).toBe('Not used yet');
});

test('in German too', () => {
  showLanguage('de');
  expect(lastUsed(seconds(new Date(2026, 10, 21)), now)).toBe('gestern verwendet');
});
