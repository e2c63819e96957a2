/** From the empty window to the page: one call, and a way out when it fails. */
import type { Backend } from '../backend/backend';
import type { AppError, EngineState } from '../backend/bindings';
import { asAppError } from '../errors/explain';
import { Page } from '../page.svelte';

export type Stage =
  { kind: 'starting' } | { kind: 'failed'; error: AppError } | { kind: 'started'; page: Page };

export class Start {
  stage = $state.raw<Stage>({ kind: 'starting' });
  #backend: Backend;
  #isListening = false;
  /** What the engine told before the page was there to hear it: newer than the bootstrap's answer. */
  #lastTold: EngineState | null = null;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async run(): Promise<void> {
    this.stage = { kind: 'starting' };
    try {
      await this.#listen();
      const page = new Page(this.#backend, await this.#backend.bootstrap());
      if (this.#lastTold !== null) page.receiveEngineState(this.#lastTold);
      this.stage = { kind: 'started', page };
    } catch (reason) {
      this.stage = { kind: 'failed', error: asAppError(reason) };
    }
  }

  async #listen(): Promise<void> {
    if (this.#isListening) return;
    await this.#backend.onEngineState((state) => {
      this.#lastTold = state;
      if (this.stage.kind === 'started') this.stage.page.receiveEngineState(state);
    });
    this.#isListening = true;
  }
}
