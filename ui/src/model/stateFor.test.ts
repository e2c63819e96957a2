import { describe, expect, test } from 'vitest';
import type { ConversationModel, EngineState, ModelInfo } from '../backend/bindings';
import { failure } from '../backend/fake/failure';
import { nameOf, stateFor } from './model.svelte';

const wanted: ConversationModel = { id: '/models/large.gguf', name: 'Large' };
const loaded: ModelInfo = {
  name: 'Small',
  path: '/models/small.gguf',
  is_starter: false,
  description: '',
  size_bytes: 1,
  context_tokens: 1,
  device: '',
  threads: 1,
  uses_default_template: false,
};
const trouble = (model: string | null): EngineState => ({
  state: 'trouble',
  error: failure('model_damaged'),
  model,
});

describe('a conversation that has chosen no model', () => {
  test.each<EngineState>([
    { state: 'starting' },
    { state: 'loading', model: 'Small', fraction: 0 },
    { state: 'ready', model: loaded },
    trouble('Small'),
  ])('sees the engine as it is: $state', (engine) => {
    expect(stateFor(engine, null)).toBe(engine);
  });
});

describe('a conversation that has chosen one', () => {
  test.each<EngineState>([
    { state: 'starting' },
    { state: 'loading', model: 'Large', fraction: 0.5 },
    { state: 'ready', model: { ...loaded, name: 'Large', path: '/models/large.gguf' } },
    trouble('Large'),
    // The engine itself cannot be started: no model helps.
    trouble(null),
  ])('sees the engine while it is about that model: $state', (engine) => {
    expect(stateFor(engine, wanted)).toBe(engine);
  });

  test.each<EngineState>([
    { state: 'loading', model: 'Small', fraction: 0.5 },
    { state: 'ready', model: loaded },
    // Another model’s trouble does not keep this conversation from going on.
    trouble('Small'),
  ])('sees its own model, not loaded, while the engine has another: $state', (engine) => {
    expect(stateFor(engine, wanted)).toEqual({ state: 'unloaded', model: 'Large' });
    expect(nameOf(stateFor(engine, wanted))).toBe('Large');
  });

  test('a model of the same name from another file is another model', () => {
    const engine: EngineState = { state: 'ready', model: { ...loaded, name: 'Large' } };
    expect(stateFor(engine, wanted).state).toBe('unloaded');
  });
});
