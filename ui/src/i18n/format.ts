/** Numbers, sizes and days as people of the shown language write them. */
import * as m from '../paraglide/messages';
import { locale } from './locale.svelte';

/** `12,345` */
export function count(amount: number): string {
  return new Intl.NumberFormat(locale()).format(amount);
}

/** `42 %`, from a fraction of 0 to 1. */
export function percent(fraction: number): string {
  return new Intl.NumberFormat(locale(), { style: 'percent' }).format(fraction);
}

/** `2.5 GB` or `98 MB`, in the powers of ten that file managers and shops use. */
export function size(bytes: number): string {
  const [amount, unit] = bytes >= 950_000_000 ? [bytes / 1e9, 'gigabyte'] : [bytes / 1e6, 'megabyte'];
  return inUnit(amount, unit, unit === 'gigabyte' ? 1 : 0);
}

const GIBIBYTE = 2 ** 30;

/** `3.6 GB` of memory: in the powers of two that memory is made and sold in. */
export function memory(bytes: number): string {
  return inUnit(bytes / GIBIBYTE, 'gigabyte', 1);
}

/** `16 GB`: memory as a computer is sold with it. What the firmware or the graphics keep for themselves is missing. */
export function memoryInAll(bytes: number): string {
  const amount = bytes / GIBIBYTE;
  const step = amount > 32 ? 8 : 2;
  const sold = step * Math.ceil(amount / step);
  return memory((amount > sold * 0.92 ? sold : Math.round(amount)) * GIBIBYTE);
}

/** `14`, or `2.4` where the half counts: words a second, which are an estimate. */
export function pace(wordsPerSecond: number): string {
  return new Intl.NumberFormat(locale()).format(roughly(wordsPerSecond));
}

/** The same for a sentence that has to know whether it is one word. */
export function paced(wordsPerSecond: number): { words: string; amount: number } {
  return { words: pace(wordsPerSecond), amount: roughly(wordsPerSecond) };
}

function roughly(wordsPerSecond: number): number {
  return wordsPerSecond < 5 ? Math.round(wordsPerSecond * 10) / 10 : Math.round(wordsPerSecond);
}

/** `one, two and three` */
export function listed(words: string[]): string {
  return new Intl.ListFormat(locale()).format(words);
}

/** `German`, from the code of a language; the code itself where nobody knows it. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(locale(), { type: 'language' }).of(code) ?? code;
  } catch {
    // A card may name anything as its language.
    return code;
  }
}

/** `12.4 MB/s`: how fast bytes come. */
export function speed(bytesPerSecond: number): string {
  const perSecond = bytesPerSecond / 1e6;
  return inUnit(perSecond, 'megabyte-per-second', perSecond < 10 ? 1 : 0);
}

/** A number and its sign stay on one line. */
function inUnit(amount: number, unit: string, maximumFractionDigits: number): string {
  const written = new Intl.NumberFormat(locale(), { style: 'unit', unit, maximumFractionDigits }).format(
    amount,
  );
  return written.replace(' ', '\u00a0');
}

/** `40 seconds`, `3 minutes`, `2 hours`: a time to wait, as roughly as one says it. */
export function duration(seconds: number): string {
  const [amount, unit] =
    seconds < 60
      ? [Math.ceil(seconds), 'second']
      : seconds < 5400
        ? [Math.round(seconds / 60), 'minute']
        : [Math.round(seconds / 3600), 'hour'];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}

/** `48K` or `2.4M`, for numbers that only compare. */
export function compact(amount: number): string {
  return new Intl.NumberFormat(locale(), { notation: 'compact' }).format(amount);
}

/** `14 March 2026`, from ISO 8601; nothing where it is none. */
export function day(iso: string): string | null {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return null;
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeZone: 'UTC' }).format(at);
}

/** `14 March 2026 at 10:24`, from seconds since 1970. */
export function moment(seconds: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeStyle: 'short' }).format(seconds * 1000);
}

/** `Mar 2026`, from ISO 8601; nothing where it is none. */
export function month(iso: string): string | null {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return null;
  return new Intl.DateTimeFormat(locale(), { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(at);
}

/** A token is about three quarters of a word; rounded to two digits, since it is an estimate. */
export function wordsFromTokens(tokens: number): number {
  const words = tokens * 0.75;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(words, 1))) - 1);
  return Math.round(words / step) * step;
}

/** The last part of a path of any system. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** The heading under which a day stands in the sidebar. */
export function dayHeading(at: Date, now: Date): string {
  const days = calendarDaysBetween(at, now);
  if (days <= 0) return m.day_today();
  if (days === 1) return m.day_yesterday();
  if (days <= 7) return m.day_previous_week();
  const sameYear = at.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(
    locale(),
    sameYear ? { month: 'long' } : { month: 'long', year: 'numeric' },
  ).format(at);
}

/** Midnights between two moments, so that 23:59 is yesterday at 0:01. */
export function calendarDaysBetween(earlier: Date, later: Date): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
  return day(later) - day(earlier);
}
