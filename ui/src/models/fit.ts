/** Whether a model runs here, in words. */
import type { Fit } from '../backend/bindings';
import { memory, pace, paced } from '../i18n/format';
import * as m from '../paraglide/messages';

/** What stands on the badge. */
export function fitWords({ verdict, words_per_second }: Fit): string {
  switch (verdict) {
    case 'fast':
      return words_per_second === null ? m.fit_fast() : m.fit_fast_pace({ words: pace(words_per_second) });
    case 'slow':
      return words_per_second === null ? m.fit_slow() : m.fit_slow_pace(paced(words_per_second));
    case 'tight':
      return m.fit_tight();
    case 'too_large':
      return m.fit_too_large();
    case 'unknown':
      return m.fit_unknown();
  }
}

/** Why it says so. */
export function fitReason({ verdict, needed_bytes, available_bytes, words_per_second }: Fit): string {
  if (verdict === 'unknown' || needed_bytes === null || available_bytes === null) {
    return m.fit_unknown_reason();
  }
  const amounts = { needed: memory(needed_bytes), available: memory(available_bytes) };
  switch (verdict) {
    case 'fast':
      return m.fit_fast_reason(amounts);
    case 'slow':
      return words_per_second === null
        ? m.fit_slow_reason_plain(amounts)
        : m.fit_slow_reason({ ...amounts, ...paced(words_per_second) });
    case 'tight':
      return m.fit_tight_reason(amounts);
    case 'too_large':
      return m.fit_too_large_reason(amounts);
  }
}
