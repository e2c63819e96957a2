/** Finding a model: what is recommended, what was found, and which model's page is open. */
import { SvelteMap } from 'svelte/reactivity';
import type { Asked } from '../../backend/asked';
import type { Backend } from '../../backend/backend';
import type { Build, ModelAddress, Recommendations, RecommendedModel } from '../../backend/bindings';
import { asAppError } from '../../errors/explain';
import type { Downloads } from '../downloads/downloads.svelte';
import { Search } from './search.svelte';
import { Visit } from './visit.svelte';

/** Where one was in the list when a model's page was opened, to come back to it. */
export interface Place {
  repo: string;
  scrollTop: number;
}

export class Discover {
  recommendations = $state.raw<Asked<Recommendations>>({ kind: 'asking' });
  /** When they were learnt of, as `Downloads.moment` counts. */
  moment = $state(0);
  /** The open model page. */
  visit = $state.raw<Visit | null>(null);
  /** Where the way back leads. */
  place = $state.raw<Place | null>(null);
  readonly search: Search;

  #backend: Backend;
  #downloads: Downloads;
  /** Chosen builds of recommended models, by the models' ids. */
  #chosen = new SvelteMap<string, string>();
  #asked = 0;

  constructor(backend: Backend, downloads: Downloads) {
    this.#backend = backend;
    this.#downloads = downloads;
    this.search = new Search(backend);
  }

  /** Looks them up, or looks again. What is shown stays until there is something newer. */
  async recommend(): Promise<void> {
    const asked = ++this.#asked;
    const moment = this.#downloads.moment;
    if (this.recommendations.kind === 'failed') this.recommendations = { kind: 'asking' };
    try {
      const value = await this.#backend.recommendations();
      if (asked !== this.#asked) return;
      this.moment = moment;
      this.recommendations = { kind: 'known', value };
    } catch (reason) {
      if (asked !== this.#asked || this.recommendations.kind === 'known') return;
      this.recommendations = { kind: 'failed', error: asAppError(reason) };
    }
  }

  /** The build of a recommended model that suits this computer. */
  offered(model: RecommendedModel): Build | undefined {
    return model.builds.find((build) => build.file === model.suggested);
  }

  /** The build of a recommended model that is chosen: by the person, or as the one that suits this computer. */
  chosen(model: RecommendedModel): Build | undefined {
    const file = this.#chosen.get(model.id) ?? model.suggested;
    return model.builds.find((build) => build.file === file);
  }

  choose(model: RecommendedModel, build: Build): void {
    this.#chosen.set(model.id, build.file);
  }

  /** The model to begin with on this computer. None, as long as other programs leave no room for any. */
  get first(): RecommendedModel | undefined {
    if (this.recommendations.kind !== 'known') return undefined;
    return this.recommendations.value.models.find((model) => model.praise === 'best');
  }

  /** Opens a model's page; `place` is where the way back leads. */
  open(address: ModelAddress, place: Place | null = null): void {
    this.place = place;
    this.visit = new Visit(this.#backend, address, () => this.#downloads.moment);
    void this.visit.look();
  }

  /** Opens the page that `text` leads to. Returns whether it leads to one. */
  async openIfAddress(text: string): Promise<boolean> {
    // What has no slash names no repository: no need to ask.
    if (!text.includes('/')) return false;
    let address: ModelAddress | null;
    try {
      address = await this.#backend.findAddress(text);
    } catch {
      // Then it is looked for, and whatever is wrong shows there.
      return false;
    }
    if (address === null) return false;
    this.search.clear();
    this.open(address);
    return true;
  }

  close(): void {
    this.visit = null;
  }

  /** Models came or went, or somebody signed in: what is shown may have changed. */
  lookAgain(): void {
    this.measureAgain();
    void this.visit?.look();
  }

  /** More or less memory is free than before: what is recommended may be another model. Needs no network. */
  measureAgain(): void {
    if (this.#asked > 0) void this.recommend();
  }

  /** Another Hub is in use: what was shown of the former one is looked for there. */
  hubChanged(): void {
    this.measureAgain();
    this.search.submit();
    if (this.visit !== null) this.open(this.visit.address, this.place);
  }
}
