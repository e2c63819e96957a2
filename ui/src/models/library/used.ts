/** When a model was last used, as one says it. */
import { calendarDaysBetween } from '../../i18n/format';
import { locale } from '../../i18n/locale.svelte';
import * as m from '../../paraglide/messages';

/** `at` is in seconds since 1970 (UTC). */
export function lastUsed(at: number | null, now: Date): string {
  if (at === null) return m.library_never_used();
  const days = Math.max(0, calendarDaysBetween(new Date(at * 1000), now));
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  if (days < 7) return m.library_used({ when: words.format(-days, 'day') });
  if (days < 30) return m.library_used({ when: words.format(-Math.floor(days / 7), 'week') });
  if (days < 365) return m.library_used({ when: words.format(-Math.floor(days / 30), 'month') });
  return m.library_used({ when: words.format(-Math.floor(days / 365), 'year') });
}
