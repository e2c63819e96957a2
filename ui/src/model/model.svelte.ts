/** The engine and its model as the page knows them, and what can be asked of them. */
import type { Backend } from '../backend/backend';
import type { EngineState, LocalModelId, NamedModel } from '../backend/bindings';
import { asAppError } from '../errors/explain';
import type { Notices } from '../notices/notices.svelte';

/** The model as one conversation sees it. */
export type ModelState =
  | EngineState
  /** The engine has another one; this one is loaded with the next message. */
  | { state: 'unloaded'; model: NamedModel };

export class Model {
  state = $state.raw<EngineState>({ state: 'starting' });
  /** The model of conversations that have chosen none. */
  usual: NamedModel = $state.raw({ id: '', name: '' });
  #backend: Backend;
  #notices: Notices;

  constructor(backend: Backend, notices: Notices, state: EngineState, usual: NamedModel) {
    this.#backend = backend;
    this.#notices = notices;
    this.state = state;
    this.usual = usual;
  }

  /** The file of the model that answers, also while it rests; `null` while there is none. */
  get inUse(): LocalModelId | null {
    if (this.state.state === 'resting') return this.state.model.id;
    return this.state.state === 'ready' ? this.state.model.path : null;
  }

  async reload(): Promise<void> {
    try {
      await this.#backend.reloadModel();
    } catch (reason) {
      this.#notices.failed(asAppError(reason));
    }
  }
}

/** The engine's state, unless it is about another model than the one that `wanted` names. */
export function stateFor(engine: EngineState, wanted: NamedModel): ModelState {
  return isAbout(engine, wanted) ? engine : { state: 'unloaded', model: wanted };
}

function isAbout(engine: EngineState, wanted: NamedModel): boolean {
  switch (engine.state) {
    case 'starting':
      return true;
    case 'loading':
    case 'resting':
      return engine.model.id === wanted.id;
    case 'ready':
      return engine.model.path === wanted.id;
    case 'trouble':
      // Without a model it is the engine itself that has trouble.
      return engine.model === null || engine.model.id === wanted.id;
  }
}

/** The name to show, as far as one is known. */
export function nameOf(state: ModelState): string | null {
  switch (state.state) {
    case 'starting':
      return null;
    case 'trouble':
      return state.model?.name ?? null;
    case 'loading':
    case 'resting':
    case 'unloaded':
    case 'ready':
      return state.model.name;
  }
}
