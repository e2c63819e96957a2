/** The engine and its model as the page knows them, and what can be asked of them. */
import type { Backend } from '../backend/backend';
import type { ConversationModel, EngineState, LocalModelId } from '../backend/bindings';
import { asAppError } from '../errors/explain';
import type { Notices } from '../notices/notices.svelte';

/** The model as one conversation sees it. */
export type ModelState =
  | EngineState
  /** The engine has another one; this one is loaded with the next message. */
  | { state: 'unloaded'; model: string };

export class Model {
  state = $state.raw<EngineState>({ state: 'starting' });
  /** The model of conversations that have chosen none; `null` while it is not known: then it is the engine's. */
  usual = $state.raw<ConversationModel | null>(null);
  #backend: Backend;
  #notices: Notices;

  constructor(backend: Backend, notices: Notices, state: EngineState) {
    this.#backend = backend;
    this.#notices = notices;
    this.receive(state, []);
  }

  /** The loaded model's file; `null` while none is loaded. */
  get loaded(): LocalModelId | null {
    return this.state.state === 'ready' ? this.state.model.path : null;
  }

  /** `chosen`: the models of single conversations. Whatever else is loaded is the usual one. */
  receive(state: EngineState, chosen: ConversationModel[]): void {
    this.state = state;
    this.usual = usualAfter(this.usual, state, chosen);
  }

  openFile(): Promise<void> {
    return this.#ask(async () => {
      if (await this.#backend.openModelFile()) this.usual = null;
    });
  }

  useStarter(): Promise<void> {
    return this.#ask(async () => {
      await this.#backend.useStarterModel();
      this.usual = null;
    });
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

function usualAfter(
  usual: ConversationModel | null,
  engine: EngineState,
  chosen: ConversationModel[],
): ConversationModel | null {
  switch (engine.state) {
    case 'starting':
      return usual;
    case 'ready': {
      const { path: id, name } = engine.model;
      return chosen.some((model) => model.id === id) ? usual : { id, name };
    }
    case 'loading':
    case 'trouble': {
      // Of a file that was dropped on the window nothing but the name is known until it is loaded.
      const { model: name } = engine;
      const isExpected = name === null || name === usual?.name || chosen.some((model) => model.name === name);
      return isExpected ? usual : null;
    }
  }
}

/** The engine's state, unless it is about another model than the one that `wanted` names. */
export function stateFor(engine: EngineState, wanted: ConversationModel | null): ModelState {
  if (wanted === null || isAbout(engine, wanted)) return engine;
  return { state: 'unloaded', model: wanted.name };
}

function isAbout(engine: EngineState, wanted: ConversationModel): boolean {
  switch (engine.state) {
    case 'starting':
      return true;
    case 'loading':
      return engine.model === wanted.name;
    case 'ready':
      return engine.model.path === wanted.id;
    case 'trouble':
      // Without a model it is the engine itself that has trouble.
      return engine.model === null || engine.model === wanted.name;
  }
}

/** The name to show, as far as one is known. */
export function nameOf(state: ModelState): string | null {
  switch (state.state) {
    case 'starting':
      return null;
    case 'loading':
    case 'unloaded':
    case 'trouble':
      return state.model;
    case 'ready':
      return state.model.name;
  }
}
