/** Downloads in memory, which get on by a timer, or step by step as a test wants it. */
import type { Download, DownloadId, DownloadRequest, LocalModelId } from '../bindings';
import { failure } from './failure';

/** What is known of a build that somebody wants. */
export interface Wanted {
  name: string;
  label: string;
  total_bytes: number;
}

interface Options {
  list?: Download[];
  /** Between two steps; `null`: only `step()` gets them on. */
  stepMs?: number | null;
  /** What one step brings of each running download, from 0 to 1. */
  stepShare?: number;
}

/** As in the app: two files at a time. */
const MOST_RUNNING = 2;
const BYTES_PER_SECOND = 12_400_000;

export class FakeDownloads {
  list: Download[];
  /** Told of all downloads on every change. */
  readonly listeners = new Set<(list: Download[]) => void>();
  /** Puts what has arrived on this computer; set by the backend. */
  place: (download: Download) => LocalModelId = (download) => `/models/${download.file}`;
  #stepMs: number | null;
  #stepShare: number;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor({ list = [], stepMs = 200, stepShare = 0.08 }: Options = {}) {
    this.list = structuredClone(list);
    this.#stepMs = stepMs;
    this.#stepShare = stepShare;
  }

  of(repo: string, file: string): Download | undefined {
    return this.list.find((download) => download.repo === repo && download.file === file);
  }

  start(request: DownloadRequest, wanted: Wanted): Download {
    const same = this.of(request.repo, request.file);
    if (same !== undefined && same.state.state !== 'done') return structuredClone(same);
    const download: Download = {
      id: Math.max(0, ...this.list.map((other) => other.id)) + 1,
      repo: request.repo,
      file: request.file,
      ...wanted,
      received_bytes: 0,
      bytes_per_second: null,
      seconds_left: null,
      state: { state: 'queued' },
    };
    this.list = [...this.list.filter((other) => other !== same), download];
    this.#changed();
    return structuredClone(download);
  }

  pause(id: DownloadId): void {
    this.set(id, { state: { state: 'paused' }, bytes_per_second: null, seconds_left: null });
  }

  resume(id: DownloadId): void {
    this.set(id, { state: { state: 'queued' } });
  }

  cancel(id: DownloadId): void {
    this.#find(id);
    this.list = this.list.filter((download) => download.id !== id);
    this.#changed();
  }

  move(id: DownloadId, before: DownloadId | null): void {
    const moved = this.#find(id);
    const others = this.list.filter((download) => download.id !== id);
    const at = before === null ? others.length : others.findIndex((download) => download.id === before);
    this.list = [...others.slice(0, at), moved, ...others.slice(at)];
    this.#changed();
  }

  /** Changes one as a test wants it. */
  set(id: DownloadId, change: Partial<Download>): void {
    this.#find(id);
    this.list = this.list.map((download) => (download.id === id ? { ...download, ...change } : download));
    this.#changed();
  }

  /** Begins with the timer, should something be under way from the start. */
  begin(): void {
    this.#schedule();
  }

  /** Gets all on by one step. */
  step(): void {
    let running = 0;
    this.list = this.list.map((download) => {
      if (!isRunning(download)) return download;
      running += 1;
      return running > MOST_RUNNING ? download : this.#advanced(download);
    });
    this.#changed();
  }

  #advanced(download: Download): Download {
    const { state } = download.state;
    if (state === 'queued') return { ...download, state: { state: 'connecting' } };
    if (state === 'verifying') return { ...download, state: { state: 'done', model: this.place(download) } };
    const step = download.total_bytes * this.#stepShare;
    const received = Math.min(download.total_bytes, Math.round(download.received_bytes + step));
    const left = download.total_bytes - received;
    return {
      ...download,
      received_bytes: received,
      bytes_per_second: left === 0 ? null : BYTES_PER_SECOND,
      seconds_left: left === 0 ? null : Math.ceil(left / BYTES_PER_SECOND),
      state: { state: left === 0 ? 'verifying' : 'receiving' },
    };
  }

  #changed(): void {
    for (const listener of this.listeners) listener(structuredClone(this.list));
    this.#schedule();
  }

  #schedule(): void {
    if (this.#stepMs === null || this.#timer !== null || !this.list.some(isRunning)) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.step();
    }, this.#stepMs);
  }

  #find(id: DownloadId): Download {
    const found = this.list.find((download) => download.id === id);
    if (found === undefined) throw failure('not_found', {}, `no download ${id}`);
    return found;
  }
}

function isRunning({ state }: Download): boolean {
  return (
    state.state === 'queued' ||
    state.state === 'connecting' ||
    state.state === 'receiving' ||
    state.state === 'verifying'
  );
}
