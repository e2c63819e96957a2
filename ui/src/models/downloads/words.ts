/** How a download is getting on, in words. */
import type { Download, DownloadState, DownloadTrouble } from '../../backend/bindings';
import { duration, size, speed } from '../../i18n/format';
import * as m from '../../paraglide/messages';

/** The line under the bar. A failed one has a sentence of its own instead, and a waiting one its cause. */
export function progressWords(download: Download): string {
  const { state, total_bytes, received_bytes, bytes_per_second, seconds_left } = download;
  const amount = m.download_amount({ done: size(received_bytes), total: size(total_bytes) });
  switch (state.state) {
    case 'queued':
      return joined(m.download_queued(), received_bytes > 0 ? amount : size(total_bytes));
    case 'connecting':
      return joined(m.download_connecting(), received_bytes > 0 ? amount : size(total_bytes));
    case 'receiving':
      return joined(
        amount,
        bytes_per_second === null ? null : speed(bytes_per_second),
        seconds_left === null ? null : m.download_left({ time: duration(seconds_left) }),
      );
    case 'waiting':
    case 'failed':
      return received_bytes > 0 ? amount : size(total_bytes);
    case 'verifying':
      return m.download_verifying();
    case 'paused':
      return joined(m.download_paused(), amount);
    case 'done':
      return joined(m.download_ready(), size(total_bytes));
  }
}

/** Why nothing comes. */
export function troubleWords(trouble: DownloadTrouble): string {
  switch (trouble) {
    case 'network':
      return m.download_trouble_network();
    case 'login_page':
      return m.download_trouble_login_page();
    case 'rate_limit':
      return m.download_trouble_rate_limit();
    case 'server':
      return m.download_trouble_server();
  }
}

/** From 0 to 1. */
export function fractionOf({ received_bytes, total_bytes, state }: Download): number {
  if (state.state === 'done') return 1;
  return total_bytes === 0 ? 0 : received_bytes / total_bytes;
}

/** Whether its bar stands still. */
export function isResting(state: DownloadState): boolean {
  return ['queued', 'waiting', 'paused', 'failed'].includes(state.state);
}

/**
 * What a screen reader is told of the way from `before` to `after`: every quarter, and what begins or ends by itself.
 * What the person has just done by a button needs no words, and the end is told by a notice.
 */
export function announcement(before: Download, after: Download): string | null {
  const { name } = after;
  if (before.state.state !== after.state.state) {
    if (after.state.state === 'waiting') return `${name}: ${troubleWords(after.state.trouble)}`;
    if (after.state.state === 'failed') return m.download_says_failed({ name });
    if (before.state.state === 'waiting' && after.state.state === 'receiving') {
      return m.download_says_goes_on({ name });
    }
  }
  const quarter = Math.floor(fractionOf(after) * 4);
  const isNew = after.state.state === 'receiving' && quarter > Math.floor(fractionOf(before) * 4);
  return isNew && quarter < 4 ? m.download_says_percent({ name, percent: quarter * 25 }) : null;
}

function joined(...parts: (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' · ');
}
