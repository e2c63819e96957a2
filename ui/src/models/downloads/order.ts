/** The order of the downloads that are not done, and how the person changes it. */
import type { Download, DownloadId } from '../../backend/bindings';

/** Those that are still to come, in the order in which they come, and those that are here. */
export function parted(downloads: Download[]): { coming: Download[]; done: Download[] } {
  return {
    coming: downloads.filter(({ state }) => state.state !== 'done'),
    done: downloads.filter(({ state }) => state.state === 'done'),
  };
}

/**
 * The download that `id` has to stand before so that it comes to position `to` (from 0) among `order`; `null` for the
 * end. `undefined` when nothing changes.
 */
export function beforeOf(order: DownloadId[], id: DownloadId, to: number): DownloadId | null | undefined {
  const at = order.indexOf(id);
  const goal = Math.min(Math.max(to, 0), order.length - 1);
  if (at < 0 || at === goal) return undefined;
  const others = order.filter((other) => other !== id);
  return others[goal] ?? null;
}

/** `order` with `id` at position `to`, as it will be once the backend has heard of it. */
export function moved(order: DownloadId[], id: DownloadId, to: number): DownloadId[] {
  const others = order.filter((other) => other !== id);
  others.splice(to, 0, id);
  return others;
}

/**
 * Where a dragged row lands: the number of other rows whose middle lies above the pointer. `middles` are those of all
 * rows as they stood when the drag began, top down, and `at` is the dragged one's place among them.
 */
export function landing(middles: number[], at: number, pointer: number): number {
  return middles.filter((middle, index) => index !== at && middle < pointer).length;
}
