import { describe, expect, test } from 'vitest';
import { localModel } from '../../backend/fake/library';
import type { LocalModelState } from '../../backend/bindings';
import { showLanguage } from '../../i18n/locale.svelte';
import { downloadAgain, fileInRepository, whatIsWrong } from './wrong';

const cause = 'the tensors end early';
const states: LocalModelState[] = [
  ...(['gone', 'unreadable', 'not_a_model', 'cut_short', 'contradictory', 'missing_parts'] as const).map(
    (damage) => ({ state: 'damaged' as const, damage, cause }),
  ),
  ...(['other_kind', 'big_endian', 'beyond_this_version'] as const).map((kind) => ({
    state: 'foreign' as const,
    kind,
    cause,
  })),
];

describe.each(['en', 'de'] as const)('in %s', (language) => {
  test('everything that can be wrong has a sentence of its own, without the cause for the log', () => {
    showLanguage(language);
    const sentences = states.map(whatIsWrong);
    expect(new Set(sentences).size).toBe(states.length);
    for (const sentence of sentences) {
      expect(sentence).toMatch(/\.$/);
      expect(sentence).not.toContain(cause);
    }
  });
});

test('a sound model has nothing to say', () => {
  expect(whatIsWrong({ state: 'ready' })).toBeNull();
});

test.each([
  ['/c/models--o--n/snapshots/abc/model.gguf', 'model.gguf'],
  ['/c/models--o--n/snapshots/abc/Q4_K_M/model-00001-of-00002.gguf', 'Q4_K_M/model-00001-of-00002.gguf'],
  ['C:\\c\\models--o--n\\snapshots\\abc\\Q8\\m.gguf', 'Q8/m.gguf'],
  ['/home/ada/.lmstudio/models/o/n/model.gguf', 'model.gguf'],
])('%s is %s in its repository', (path, file) => {
  expect(fileInRepository(path)).toBe(file);
});

test('a damaged model of a known repository is fetched anew in its place', () => {
  const model = localModel({
    id: '/c/models--o--n/snapshots/abc/model-Q4_K_M.gguf',
    name: 'Model',
    size_bytes: 1,
    repo: 'o/n',
    state: { state: 'damaged', damage: 'cut_short', cause },
  });
  expect(downloadAgain(model)).toEqual({
    repo: 'o/n',
    commit: null,
    file: 'model-Q4_K_M.gguf',
    label: 'Q4_K_M',
    replaces: model.id,
  });
  expect(downloadAgain({ ...model, repo: null }), 'nobody knows where it came from').toBeNull();
  expect(downloadAgain({ ...model, state: { state: 'ready' } }), 'nothing is to be mended').toBeNull();
});
