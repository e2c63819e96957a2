/** The engine and its model as the page knows them, and what can be asked of them. */
import type { Backend } from '../backend/backend';
import type { EngineState } from '../backend/bindings';
import { asAppError } from '../errors/explain';
import type { Notices } from '../notices/notices.svelte';

export class Model {
  state = $state.raw<EngineState>({ state: 'starting' });
  #backend: Backend;
  #notices: Notices;

  constructor(backend: Backend, notices: Notices, state: EngineState) {
    this.#backend = backend;
    this.#notices = notices;
    this.state = state;
  }

  /** The name to show, as far as one is known. */
  get name(): string | null {
    switch (this.state.state) {
      case 'starting':
        return null;
      case 'loading':
        return this.state.model;
      case 'ready':
        return this.state.model.name;
      case 'trouble':
        return this.state.model;
    }
  }

  receive(state: EngineState): void {
    this.state = state;
  }

  openFile(): Promise<void> {
    return this.#ask(() => this.#backend.openModelFile());
  }

  useStarter(): Promise<void> {
    return this.#ask(() => this.#backend.useStarterModel());
  }

  reload(): Promise<void> {
    return this.#ask(() => this.#backend.reloadModel());
  }

  /** A failed load is already told by the engine's state; telling it twice would be noise. */
  async #ask(request: () => Promise<unknown>): Promise<void> {
    try {
      await request();
    } catch (reason) {
      const error = asAppError(reason);
      const told = this.state.state === 'trouble' && this.state.error.code === error.code;
      if (!told) this.#notices.failed(error);
    }
  }
}
