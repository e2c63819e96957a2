import { describe, expect, test } from 'vitest';
import type { EngineState, ModelInfo, NamedModel } from '../backend/bindings';
import { failure } from '../backend/fake/failure';
import { nameOf, stateFor } from './model.svelte';

const large: NamedModel = { id: '/models/large.gguf', name: 'Large' };
const small: NamedModel = { id: '/models/small.gguf', name: 'Small' };
const loaded = (model: NamedModel): ModelInfo => ({
  name: model.name,
  path: model.id,
  is_starter: false,
  description: '',
  size_bytes: 1,
  context_tokens: 1,
  device: '',
  threads: 1,
  uses_default_template: false,
});
const trouble = (model: NamedModel | null): EngineState => ({
  state: 'trouble',
  error: failure('model_damaged'),
  model,
});

describe('a conversation', () => {
  test.each<EngineState>([
    { state: 'starting' },
    { state: 'loading', model: large, fraction: 0.5 },
    { state: 'ready', model: loaded(large) },
    { state: 'resting', model: large },
    trouble(large),
    // The engine itself cannot be started: no model helps.
    trouble(null),
  ])('sees the engine while it is about its model: $state', (engine) => {
    expect(stateFor(engine, large)).toBe(engine);
  });

  test.each<EngineState>([
    { state: 'loading', model: small, fraction: 0.5 },
    { state: 'ready', model: loaded(small) },
    { state: 'resting', model: small },
    // Another model’s trouble does not keep this conversation from going on.
    trouble(small),
  ])('sees its own model, not loaded, while the engine has another: $state', (engine) => {
    expect(stateFor(engine, large)).toEqual({ state: 'unloaded', model: large });
    expect(nameOf(stateFor(engine, large))).toBe('Large');
  });

  test.each<EngineState>([
    { state: 'loading', model: { ...small, name: 'Large' }, fraction: 0.5 },
    { state: 'ready', model: loaded({ ...small, name: 'Large' }) },
    trouble({ ...small, name: 'Large' }),
  ])('does not take a model of the same name from another file for its own: $state', (engine) => {
    expect(stateFor(engine, large).state).toBe('unloaded');
  });
});
