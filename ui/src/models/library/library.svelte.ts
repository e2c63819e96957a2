/** The models on this computer as they were last looked up, and what can be done to them. */
import type { Asked } from '../../backend/asked';
import type { Backend } from '../../backend/backend';
import type { Library, LocalModel, LocalModelId, RemovalId, RemovalPlan } from '../../backend/bindings';
import { Looks } from '../../backend/looks';
import { asAppError } from '../../errors/explain';
import { size } from '../../i18n/format';
import type { Notices } from '../../notices/notices.svelte';
import * as m from '../../paraglide/messages';

export class LocalModels {
  looked = $state.raw<Asked<Library>>({ kind: 'asking' });
  /** What deleting would do, while the person is asked. */
  asked = $state.raw<RemovalPlan | null>(null);
  /** The model whose deletion is being prepared or done. */
  busy = $state<LocalModelId | null>(null);
  #backend: Backend;
  #notices: Notices;
  #looks = new Looks(() => this.#look());

  constructor(backend: Backend, notices: Notices) {
    this.#backend = backend;
    this.#notices = notices;
  }

  /** Those that can be used, last used first. */
  get usable(): LocalModel[] {
    return this.models.filter((model) => model.state.state === 'ready');
  }

  get models(): LocalModel[] {
    return this.looked.kind === 'known' ? this.looked.value.models : [];
  }

  find(id: LocalModelId): LocalModel | undefined {
    return this.models.find((model) => model.id === id);
  }

  /** Whether a model of this repository can be used here; nothing, as long as nobody has looked. */
  has(repo: string): boolean | null {
    return this.looked.kind === 'known' ? this.usable.some((model) => model.repo === repo) : null;
  }

  /** Looks it up anew. What was known stays until something newer is. */
  look(): Promise<void> {
    return this.#looks.ask();
  }

  /** Models came or went. As long as nobody has looked, nobody needs to know. */
  changed(): void {
    if (this.looked.kind !== 'asking' || this.#looks.isGoing) void this.look();
  }

  async askToRemove(model: LocalModelId): Promise<void> {
    if (this.busy !== null) return;
    this.busy = model;
    await this.#try(async () => {
      this.asked = await this.#backend.planRemoval(model);
    });
    this.busy = null;
  }

  keep(): void {
    this.asked = null;
  }

  /** Deletes what was asked about. */
  async remove(): Promise<void> {
    const plan = this.asked;
    if (plan === null) return;
    this.asked = null;
    this.busy = plan.model;
    await this.#try(async () => {
      const removed = await this.#backend.removeModel(plan.model);
      await this.look();
      const { name, freed_bytes, id } = removed;
      const undo = { label: m.notice_undo(), run: () => void this.undo(id) };
      const free = { label: m.library_free_now(), run: () => void this.free() };
      if (freed_bytes === 0)
        this.#notices.done(m.library_deleted_nothing_freed({ name }), { actions: [undo] });
      else
        this.#notices.done(m.library_deleted({ name, size: size(freed_bytes) }), { actions: [undo, free] });
    });
    this.busy = null;
  }

  async undo(id: RemovalId): Promise<void> {
    await this.#try(() => this.#backend.undoRemoval(id));
    await this.look();
  }

  /** Frees what all deleted models still take. */
  async free(): Promise<void> {
    await this.#try(() => this.#backend.freeRemoved());
    await this.look();
  }

  async reveal(model: LocalModelId): Promise<void> {
    await this.#try(() => this.#backend.revealModel(model));
  }

  async #look(): Promise<void> {
    if (this.looked.kind === 'failed') this.looked = { kind: 'asking' };
    try {
      this.looked = { kind: 'known', value: await this.#backend.library() };
    } catch (reason) {
      this.looked = { kind: 'failed', error: asAppError(reason) };
    }
  }

  async #try(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (reason) {
      this.#notices.failed(asAppError(reason));
    }
  }
}
