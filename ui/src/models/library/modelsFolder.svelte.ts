/** Where downloaded models are kept, and moving them all to another folder. */
import type { Backend } from '../../backend/backend';
import type { FolderMove, FolderPlan } from '../../backend/bindings';
import { asAppError } from '../../errors/explain';
import type { Notices } from '../../notices/notices.svelte';

export class ModelsFolder {
  move = $state.raw<FolderMove>({ state: 'idle' });
  /** The place that was chosen, while the person is asked. */
  asked = $state.raw<FolderPlan | null>(null);
  isStopping = $state(false);
  #backend: Backend;
  #notices: Notices;

  constructor(backend: Backend, notices: Notices, move: FolderMove) {
    this.#backend = backend;
    this.#notices = notices;
    this.move = move;
  }

  receive(move: FolderMove): void {
    this.move = move;
    if (move.state !== 'moving') this.isStopping = false;
  }

  /** Lets the person choose a folder, and then says what moving there means. */
  async choose(): Promise<void> {
    await this.#try(async () => {
      this.asked = await this.#backend.chooseModelsFolder();
    });
  }

  stay(): void {
    this.asked = null;
  }

  async begin(): Promise<void> {
    if (this.asked === null) return;
    this.asked = null;
    await this.#try(() => this.#backend.moveModelsFolder());
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.#try(() => this.#backend.stopFolderMove());
  }

  /** How the last move ended has been read. */
  dismiss(): void {
    if (this.move.state !== 'moving') this.move = { state: 'idle' };
  }

  /** A failed move is already told by its state; telling it twice would be noise. */
  async #try(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (reason) {
      this.isStopping = false;
      const error = asAppError(reason);
      const told = this.move.state === 'failed' && this.move.error.code === error.code;
      if (!told) this.#notices.failed(error);
    }
  }
}

/** Whether what is to be moved has room over there. Where the free space is not known, it is tried. */
export function hasRoom({ total_bytes, free_bytes }: FolderPlan): boolean {
  return free_bytes === null || free_bytes >= total_bytes;
}
