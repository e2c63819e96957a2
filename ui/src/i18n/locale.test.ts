import { afterEach, expect, test } from 'vitest';
import { settings_general } from '../paraglide/messages';
import { locale, showLanguage } from './locale.svelte';

afterEach(() => showLanguage('en'));

test('the system language is the first preferred one that there is a translation for', () => {
  showLanguage('system', ['nds', 'fr-FR', 'de-AT', 'en-GB']);
  expect(locale()).toBe('de');
  expect(document.documentElement.lang).toBe('de');
});

test('a system without any translated language gets English', () => {
  showLanguage('system', ['nds', 'fr-FR']);
  expect(locale()).toBe('en');
});

test('messages follow the language at once', () => {
  showLanguage('en');
  const english = settings_general();
  showLanguage('de');
  expect(settings_general()).not.toBe(english);
});
