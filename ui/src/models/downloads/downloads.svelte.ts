/** Models on their way here: what is known of them, and what can be asked of them. */
import { SvelteSet } from 'svelte/reactivity';
import type { Backend } from '../../backend/backend';
import type {
  Download,
  DownloadId,
  DownloadRequest,
  DownloadState,
  LocalModelId,
  Presence,
} from '../../backend/bindings';
import { asAppError } from '../../errors/explain';
import type { Notices } from '../../notices/notices.svelte';

/** A download that has come to its end. */
export type DoneDownload = Download & { state: { state: 'done'; model: LocalModelId } };

export class Downloads {
  /** In the order in which they come. */
  list = $state.raw<Download[]>([]);
  #backend: Backend;
  #notices: Notices;
  #onDone: (download: DoneDownload) => void;
  /** Counts the downloads that have come to their end, to tell what was asked before from what was asked after. */
  #doneCount = 0;
  #doneAt = new Map<DownloadId, number>();
  /** Those that the person has asked to go on with, until it is known how that ends. */
  #resumed = new Set<DownloadId>();
  /** The repositories of these, also when they have left the list. */
  #arrived = new SvelteSet<string>();

  constructor(
    backend: Backend,
    notices: Notices,
    list: Download[],
    onDone: (download: DoneDownload) => void,
  ) {
    this.#backend = backend;
    this.#notices = notices;
    this.#onDone = onDone;
    this.list = list;
  }

  /** Those that are under way or come next, also while the network is gone. */
  get underway(): Download[] {
    return this.list.filter((download) => isUnderway(download.state));
  }

  /** How much of all that is under way is here, from 0 to 1; `null` when nothing is under way. */
  get share(): number | null {
    const { underway } = this;
    if (underway.length === 0) return null;
    const total = underway.reduce((sum, download) => sum + download.total_bytes, 0);
    const received = underway.reduce((sum, download) => sum + download.received_bytes, 0);
    return total === 0 ? 0 : received / total;
  }

  find(id: DownloadId): Download | undefined {
    return this.list.find((download) => download.id === id);
  }

  of(repo: string, file: string): Download | undefined {
    return this.list.find((download) => download.repo === repo && download.file === file);
  }

  /** What `presence` has to be asked with: when something was learnt of what is on this computer. */
  get moment(): number {
    return this.#doneCount;
  }

  /** Whether a build is here by now: what was `known` of it at `moment`, and what has happened since. */
  presence(repo: string, file: string, known: Presence, moment: number): Presence {
    const download = this.of(repo, file);
    if (download === undefined) return known.presence === 'downloading' ? { presence: 'absent' } : known;
    if (download.state.state !== 'done') {
      return known.presence === 'here' ? known : { presence: 'downloading', download: download.id };
    }
    // A model that was deleted after it had arrived is still in the list of downloads.
    const isNewer = (this.#doneAt.get(download.id) ?? 0) > moment;
    return isNewer ? { presence: 'here', model: download.state.model } : known;
  }

  /** Whether something of this repository has arrived since the app was started. */
  hasArrived(repo: string): boolean {
    return this.#arrived.has(repo);
  }

  receive(list: Download[]): void {
    const before = new Map(this.list.map((download) => [download.id, download.state.state]));
    const arrived = list.filter(isDone).filter((download) => before.get(download.id) !== 'done');
    for (const download of arrived) {
      this.#doneAt.set(download.id, ++this.#doneCount);
      this.#arrived.add(download.repo);
    }
    this.list = list.map((download) => this.#settled(download));
    for (const download of arrived) this.#onDone(download);
  }

  /**
   * Whether a person has been let in is asked for again each minute. Unless they have asked for it themselves, nothing
   * is to flicker, nor to be told anew, until there is another answer.
   */
  #settled(download: Download): Download {
    const state = this.find(download.id)?.state;
    const isAsking = download.state.state === 'queued' || download.state.state === 'connecting';
    if (!isAsking) {
      this.#resumed.delete(download.id);
      return download;
    }
    const isRefused = state?.state === 'failed' && state.error.code === 'access_not_granted';
    return isRefused && !this.#resumed.has(download.id) ? { ...download, state } : download;
  }

  /** Returns whether it has begun or is queued; a refusal is shown. */
  async start(request: DownloadRequest): Promise<boolean> {
    return this.#try(async () => {
      const started = await this.#backend.startDownload(request);
      if (this.find(started.id) === undefined) this.receive([...this.list, started]);
    });
  }

  pause(id: DownloadId): Promise<boolean> {
    return this.#try(() => this.#backend.pauseDownload(id));
  }

  resume(id: DownloadId): Promise<boolean> {
    this.#resumed.add(id);
    return this.#try(() => this.#backend.resumeDownload(id));
  }

  cancel(id: DownloadId): Promise<boolean> {
    return this.#try(() => this.#backend.cancelDownload(id));
  }

  move(id: DownloadId, before: DownloadId | null): Promise<boolean> {
    return this.#try(() => this.#backend.moveDownload(id, before));
  }

  /** Returns whether it worked; a failure is shown. */
  async #try(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (reason) {
      this.#notices.failed(asAppError(reason));
      return false;
    }
  }
}

function isDone(download: Download): download is DoneDownload {
  return download.state.state === 'done';
}

function isUnderway(state: DownloadState): boolean {
  switch (state.state) {
    case 'queued':
    case 'connecting':
    case 'receiving':
    case 'waiting':
    case 'verifying':
      return true;
    case 'paused':
    case 'done':
    case 'failed':
      return false;
  }
}
