/** The engine and its model, in memory. */
import type { EngineState, LocalModel } from '../bindings';
import { pause } from './answers';

export class FakeEngine {
  state: EngineState;
  readonly listeners = new Set<(state: EngineState) => void>();
  #loadingMs: number;

  constructor(state: EngineState, loadingMs: number) {
    this.state = state;
    this.#loadingMs = loadingMs;
  }

  set(state: EngineState): void {
    this.state = state;
    for (const listener of this.listeners) listener(structuredClone(state));
  }

  async load({ id, name, size_bytes, context_tokens, is_starter }: LocalModel): Promise<void> {
    this.set({ state: 'loading', model: { id, name }, fraction: 0.2 });
    await pause(this.#loadingMs);
    if (this.state.state !== 'loading' || this.state.model.id !== id) return;
    this.set({
      state: 'ready',
      model: {
        name,
        path: id,
        is_starter,
        description: 'llama 4B Q4_K_M',
        size_bytes,
        context_tokens: Math.min(context_tokens ?? 8192, 8192),
        device: 'CPU (zen4)',
        threads: 8,
        uses_default_template: false,
      },
    });
  }

  /** Once a model is there: a message sent early is answered then. */
  ready(): Promise<void> {
    if (this.state.state === 'ready') return Promise.resolve();
    return new Promise((resolve) => {
      const listener = (state: EngineState) => {
        if (state.state !== 'ready') return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }
}
