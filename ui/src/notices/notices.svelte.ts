/**
 * Short messages that float above the page: something was done and can be undone, or a call failed that has no
 * better place of its own.
 */
import type { AppError } from '../backend/bindings';

/** What can be done about a notice, as a button on it. */
export interface NoticeAction {
  label: string;
  run: () => void;
}

export type Notice = { id: number } & (
  | { kind: 'done'; text: string; actions: NoticeAction[]; stays: boolean }
  | { kind: 'failed'; error: AppError }
  | { kind: 'refused'; sentence: string; meaning: string }
);

type NewNotice = Notice extends infer N ? (N extends unknown ? Omit<N, 'id'> : never) : never;

/** Time enough to read it and to reach its button; failures stay until they are closed. */
const SHOWN_MS = 8000;
const MOST_SHOWN = 3;

export class Notices {
  shown = $state<Notice[]>([]);
  #nextId = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** `stays`: until somebody closes it. */
  done(text: string, options: { actions?: NoticeAction[]; stays?: boolean } = {}): void {
    const { actions = [], stays = false } = options;
    this.#show({ kind: 'done', text, actions, stays });
  }

  failed(error: AppError): void {
    // The same trouble twice is one trouble.
    const same = this.shown.find((notice) => notice.kind === 'failed' && notice.error.code === error.code);
    if (same !== undefined) this.close(same.id);
    this.#show({ kind: 'failed', error });
  }

  refused(sentence: string, meaning: string): void {
    this.#show({ kind: 'refused', sentence, meaning });
  }

  close(id: number): void {
    this.hold(id);
    this.shown = this.shown.filter((notice) => notice.id !== id);
  }

  /** Somebody points at it or has it focused: it must not vanish now. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  release(id: number): void {
    const notice = this.shown.find((shown) => shown.id === id);
    if (notice === undefined || notice.kind === 'failed') return;
    if (notice.kind === 'done' && notice.stays) return;
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), SHOWN_MS),
    );
  }

  #show(notice: NewNotice): void {
    const id = this.#nextId++;
    this.shown.push({ id, ...notice });
    for (const old of this.shown.slice(0, -MOST_SHOWN)) this.close(old.id);
    this.release(id);
  }
}
