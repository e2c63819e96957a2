import { beforeEach, expect, test } from 'vitest';
import type { Fit } from '../backend/bindings';
import { showLanguage } from '../i18n/locale.svelte';
import { fitReason, fitWords } from './fit';

const GIB = 2 ** 30;
const fit: Fit = {
  verdict: 'fast',
  needed_bytes: 3.6 * GIB,
  available_bytes: 9.2 * GIB,
  words_per_second: 13.6,
};

beforeEach(() => showLanguage('en'));

test('the badge says how fast, where that is known', () => {
  expect(fitWords(fit)).toBe('Runs fast, about 14 words a second');
  expect(fitWords({ ...fit, words_per_second: null })).toBe('Runs fast');
  expect(fitWords({ ...fit, verdict: 'slow', words_per_second: 2.4 })).toBe(
    'Runs slowly, about 2.4 words a second',
  );
});

test('one word is one word', () => {
  const slow: Fit = { ...fit, verdict: 'slow', words_per_second: 1.04 };
  expect(fitWords(slow)).toBe('Runs slowly, about 1 word a second');
  expect(fitReason(slow)).toContain('about 1 word a second');
  showLanguage('de');
  expect(fitWords(slow)).toBe('Läuft langsam, etwa 1 Wort pro Sekunde');
});

test('a model that does not fit promises no speed', () => {
  expect(fitWords({ ...fit, verdict: 'too_large' })).toBe('Will not fit');
  expect(fitWords({ ...fit, verdict: 'tight' })).toBe('Close other programs first');
});

test.each(['fast', 'slow', 'tight', 'too_large'] as const)(
  'the reason for “%s” names what it needs and what there is',
  (verdict) => {
    const reason = fitReason({ ...fit, verdict });
    expect(reason).toContain('3.6\u00a0GB');
    expect(reason).toContain('9.2\u00a0GB');
  },
);

test('what is not known is not made up', () => {
  expect(fitReason({ ...fit, needed_bytes: null })).toBe(fitReason({ ...fit, verdict: 'unknown' }));
});
