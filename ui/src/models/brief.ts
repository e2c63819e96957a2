/** How a download is getting on, in the few words that fit beside a button. */
import type { Download } from '../backend/bindings';
import { duration, percent } from '../i18n/format';
import * as m from '../paraglide/messages';
import { fractionOf, troubleWords } from './downloads/words';

export function briefWords(download: Download): string {
  const { state, seconds_left } = download;
  const share = percent(Math.floor(fractionOf(download) * 100) / 100);
  switch (state.state) {
    case 'queued':
      return m.download_queued();
    case 'connecting':
      return m.download_connecting();
    case 'receiving':
      return seconds_left === null
        ? share
        : `${share} · ${m.download_left({ time: duration(seconds_left) })}`;
    case 'waiting':
      return troubleWords(state.trouble);
    case 'verifying':
      return m.download_verifying();
    case 'paused':
      return `${m.download_paused()} · ${share}`;
    case 'failed':
    case 'done':
      return share;
  }
}
