/**
 * The language of the page's own words, as a signal: every message function reads it, so changing it changes
 * every visible string in place, without a reload that would end a running answer.
 */
import type { Language } from '../backend/bindings';
import { baseLocale, isLocale, overwriteGetLocale, type Locale } from '../paraglide/runtime';

let current = $state<Locale>(baseLocale);

overwriteGetLocale(() => current);

/** The language now shown, for dates and numbers. */
export function locale(): Locale {
  return current;
}

/** Shows the page in the chosen language; `system` takes the first of the system's that there is a translation for. */
export function showLanguage(language: Language, preferred: readonly string[] = navigator.languages): void {
  current = language === 'system' ? firstTranslated(preferred) : language;
  document.documentElement.lang = current;
}

function firstTranslated(preferred: readonly string[]): Locale {
  for (const tag of preferred) {
    const language = tag.split('-')[0]?.toLowerCase();
    if (isLocale(language)) return language;
  }
  return baseLocale;
}
