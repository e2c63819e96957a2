/**
 * The search over the whole Hub: what is looked for, and what was found. Only the newest question's answer is ever
 * shown, and a pause that the Hub asks for ends by itself.
 */
import type { Backend } from '../../backend/backend';
import type { AppError, FoundModel, ModelQuery } from '../../backend/bindings';
import { asAppError } from '../../errors/explain';

/** How getting the next page goes. */
export type More = { kind: 'idle' } | { kind: 'asking' } | { kind: 'failed'; error: AppError };

export type Found =
  /** Nothing is looked for. */
  | { kind: 'nothing_asked' }
  | { kind: 'asking' }
  | { kind: 'failed'; error: AppError }
  | { kind: 'full'; models: FoundModel[]; next: string | null; more: More };

/** What narrows a search down, beside its words. */
export type Filters = Omit<ModelQuery, 'words'>;

/** A pause in typing that is taken for its end. */
const TYPING_PAUSE_MS = 250;
/** Pages that may be asked for in a row because a filter left nothing of the ones before. */
const MOST_EMPTY_PAGES = 5;
/** When the Hub asks for a pause without saying how long. */
const USUAL_PAUSE_SECONDS = 30;

const noFilters: Filters = { sort: 'trending', purpose: null, licence: null, fits_here: false };

export class Search {
  /** What stands in the field. */
  words = $state('');
  filters = $state.raw<Filters>(noFilters);
  /** All models are looked through without a word. */
  isBrowsing = $state(false);
  found = $state.raw<Found>({ kind: 'nothing_asked' });
  /** Seconds until a search that the Hub has put off goes on by itself. */
  secondsLeft = $state<number | null>(null);

  #backend: Backend;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #waiting: ReturnType<typeof setInterval> | undefined;
  /** Grows with every question, so that the answer to an older one is known as such. */
  #question = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Whether something is looked for; otherwise there are recommendations to show. */
  get isActive(): boolean {
    return this.isBrowsing || this.words.trim() !== '';
  }

  /** Something was typed. */
  type(words: string): void {
    const before = this.words.trim();
    this.words = words;
    if (words.trim() === before) return;
    clearTimeout(this.#typing);
    if (!this.isActive) {
      this.clear();
      return;
    }
    this.#asking();
    this.#typing = setTimeout(() => void this.#ask(), TYPING_PAUSE_MS);
  }

  /** Looks at once for what stands in the field. */
  submit(): void {
    clearTimeout(this.#typing);
    if (!this.isActive) return;
    this.#asking();
    void this.#ask();
  }

  change(change: Partial<Filters>): void {
    this.filters = { ...this.filters, ...change };
    this.submit();
  }

  browse(): void {
    this.isBrowsing = true;
    this.submit();
  }

  /** Back to nothing being looked for. */
  clear(): void {
    clearTimeout(this.#typing);
    this.#stopWaiting();
    this.#question += 1;
    this.words = '';
    this.isBrowsing = false;
    this.filters = noFilters;
    this.found = { kind: 'nothing_asked' };
  }

  /** Without filters, which may be why nothing was found. */
  dropFilters(): void {
    this.change({ ...noFilters, sort: this.filters.sort });
  }

  get hasFilters(): boolean {
    const { purpose, licence, fits_here } = this.filters;
    return purpose !== null || licence !== null || fits_here;
  }

  /** Asks once more for what failed. */
  retry(): void {
    if (this.found.kind === 'failed') this.submit();
    else if (this.found.kind === 'full' && this.found.more.kind === 'failed') void this.more();
  }

  /** The next page, appended. Returns how many lines stood there before. */
  async more(): Promise<number> {
    const { found } = this;
    if (found.kind !== 'full' || found.next === null || found.more.kind === 'asking') return 0;
    this.#stopWaiting();
    const question = this.#question;
    this.found = { ...found, more: { kind: 'asking' } };
    try {
      await this.#append(question, found.models, found.next);
    } catch (reason) {
      if (question === this.#question) {
        this.found = { ...found, more: { kind: 'failed', error: this.#failed(reason) } };
      }
    }
    return found.models.length;
  }

  #asking(): void {
    this.#stopWaiting();
    this.#question += 1;
    this.found = { kind: 'asking' };
  }

  async #ask(): Promise<void> {
    const question = this.#question;
    try {
      await this.#append(question, [], null);
    } catch (reason) {
      if (question === this.#question) this.found = { kind: 'failed', error: this.#failed(reason) };
    }
  }

  /** Asks for pages until one brings something, and shows it behind `before`. */
  async #append(question: number, before: FoundModel[], from: string | null): Promise<void> {
    const query = { words: this.words.trim(), ...this.filters };
    let next = from;
    for (let asked = 0; asked < MOST_EMPTY_PAGES; asked++) {
      const page = await this.#backend.searchModels(query, next);
      if (page === null || question !== this.#question) return;
      const models = withoutRepeats(before, page.models);
      next = page.next;
      const isEnough = models.length > before.length || next === null || asked === MOST_EMPTY_PAGES - 1;
      if (!isEnough) continue;
      this.found = { kind: 'full', models, next, more: { kind: 'idle' } };
      return;
    }
  }

  #failed(reason: unknown): AppError {
    const error = asAppError(reason);
    if (error.code === 'rate_limited') this.#wait(error.details.seconds ?? USUAL_PAUSE_SECONDS);
    return error;
  }

  /** Counts down, then goes on by itself. */
  #wait(seconds: number): void {
    this.#stopWaiting();
    this.secondsLeft = Math.max(1, Math.ceil(seconds));
    this.#waiting = setInterval(() => {
      const left = (this.secondsLeft ?? 1) - 1;
      if (left > 0) {
        this.secondsLeft = left;
        return;
      }
      this.#stopWaiting();
      this.retry();
    }, 1000);
  }

  #stopWaiting(): void {
    clearInterval(this.#waiting);
    this.secondsLeft = null;
  }
}

/** The Hub's order changes while one scrolls, and then the next page may bring a line once more. */
function withoutRepeats(before: FoundModel[], models: FoundModel[]): FoundModel[] {
  const shown = new Set(before.map((model) => model.repo));
  return [...before, ...models.filter((model) => !shown.has(model.repo))];
}
