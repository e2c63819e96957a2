import { expect, test } from 'vitest';
import { collected, many } from '../../backend/fake/collection';
import { besides, FILTER_FROM, filtered, groupsOf, hasFilter } from './groups';

const names = (models: { name: string }[]) => models.map(({ name }) => name);

test('each model is in the group of what can be done with it, in the order it came', () => {
  const groups = groupsOf(collected(0));
  expect(names(groups.usable)).toEqual([
    'Gemma 3 4B',
    'Llama 3.2 3B Instruct',
    'Qwen3 14B',
    'Llama 3.3 70B Instruct',
    'SmolLM2 135M Instruct',
  ]);
  expect(names(groups.damaged)).toEqual(['Mistral Nemo 12B']);
  expect(names(groups.foreign)).toEqual(['nomic embed text v1.5']);
});

test.each([
  ['', 19],
  ['  ', 19],
  ['LLAMA', 2],
  ['qwen q8', 1],
  ['3b llama', 1],
  // Its own name at the program that keeps it.
  ['llama3.2:3b', 1],
  ['zebra', 0],
])('the filter “%s” leaves %d', (text, amount) => {
  const models = many(0);
  expect(models.length).toBeGreaterThanOrEqual(FILTER_FROM);
  expect(filtered(models, text)).toHaveLength(amount);
});

test('few models have no filter, but one that is set can be taken back when few are left', () => {
  expect(hasFilter(many(0).slice(0, FILTER_FROM), '')).toBe(true);
  expect(hasFilter(many(0).slice(0, FILTER_FROM - 1), '')).toBe(false);
  expect(hasFilter(many(0).slice(0, FILTER_FROM - 1), 'zebra')).toBe(true);
});

test('beside what leaves a list is the next, and beside the last one the one before', () => {
  expect(besides(['a', 'b', 'c'], 'b')).toBe('c');
  expect(besides(['a', 'b', 'c'], 'c')).toBe('b');
  expect(besides(['a'], 'a')).toBeNull();
  expect(besides(['a'], 'b')).toBeNull();
});
