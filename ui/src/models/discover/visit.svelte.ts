/** A model's page that is open, and the model's own description below it. */
import type { Asked } from '../../backend/asked';
import type { Backend } from '../../backend/backend';
import type { ModelAddress, ModelCard, ModelPage } from '../../backend/bindings';
import { Looks } from '../../backend/looks';
import { asAppError } from '../../errors/explain';

export class Visit {
  readonly address: ModelAddress;
  page = $state.raw<Asked<ModelPage>>({ kind: 'asking' });
  card = $state.raw<Asked<ModelCard | null>>({ kind: 'asking' });
  /** The chosen build, by its file; absent: the one that is suggested. */
  chosen = $state<string | null>(null);
  /** When the page was learnt of, as `Downloads.moment` counts. */
  moment = 0;

  #backend: Backend;
  #momentNow: () => number;
  #looks = new Looks(() => this.#look());
  #lookingAtCard: Promise<void> | null = null;

  constructor(backend: Backend, address: ModelAddress, momentNow: () => number) {
    this.#backend = backend;
    this.#momentNow = momentNow;
    this.address = address;
  }

  /** Looks it up, or looks again. What is shown stays until there is something newer. */
  look(): Promise<void> {
    return this.#looks.ask();
  }

  /** Whoever asks while it is being fetched waits for the same answer. */
  lookAtCard(): Promise<void> {
    this.#lookingAtCard ??= this.#lookAtCard().finally(() => (this.#lookingAtCard = null));
    return this.#lookingAtCard;
  }

  async #look(): Promise<void> {
    if (this.page.kind === 'failed') this.page = { kind: 'asking' };
    const moment = this.#momentNow();
    try {
      const page = await this.#backend.modelPage(this.address);
      this.moment = moment;
      this.page = { kind: 'known', value: page };
      if (this.card.kind !== 'known') void this.lookAtCard();
    } catch (reason) {
      if (this.page.kind !== 'known') this.page = { kind: 'failed', error: asAppError(reason) };
    }
  }

  async #lookAtCard(): Promise<void> {
    if (this.page.kind !== 'known') return;
    const { repo, commit } = this.page.value;
    this.card = { kind: 'asking' };
    try {
      this.card = { kind: 'known', value: await this.#backend.modelCard(repo, commit) };
    } catch (reason) {
      this.card = { kind: 'failed', error: asAppError(reason) };
    }
  }
}
