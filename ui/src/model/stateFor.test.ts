import { describe, expect, test } from 'vitest';
import type { ConversationModel, EngineState, ModelInfo } from '../backend/bindings';
import { FakeBackend } from '../backend/fake';
import { failure } from '../backend/fake/failure';
import { scenario } from '../backend/fake/scenarios';
import { Notices } from '../notices/notices.svelte';
import { Model, nameOf, stateFor } from './model.svelte';

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

describe('the usual model, which conversations have that chose none,', () => {
  const small: ConversationModel = { id: loaded.path, name: loaded.name };
  const ready = (model: ConversationModel): EngineState => ({
    state: 'ready',
    model: { ...loaded, path: model.id, name: model.name },
  });
  const started = () =>
    new Model(new FakeBackend(scenario('first-start')), new Notices(), { state: 'ready', model: loaded });

  test('is the one that is loaded at the start', () => {
    expect(started().usual).toEqual(small);
  });

  test('stays while another one is loaded for a single conversation', () => {
    const model = started();
    model.receive({ state: 'loading', model: 'Large', fraction: 0 }, [wanted]);
    model.receive(ready(wanted), [wanted]);
    expect(model.usual).toEqual(small);
  });

  test('changes to a file that was opened, and is not guessed while that is loaded', () => {
    const model = started();
    model.receive({ state: 'loading', model: 'Opened', fraction: 0 }, [wanted]);
    expect(model.usual, 'until it is loaded the engine says what goes on').toBeNull();
    const opened = { id: '/home/ada/opened.gguf', name: 'Opened' };
    model.receive(ready(opened), [wanted]);
    expect(model.usual).toEqual(opened);
  });

  test('is given up when it cannot be loaded', () => {
    const model = started();
    model.receive(trouble('Opened'), []);
    expect(model.usual).toBeNull();
  });
});
