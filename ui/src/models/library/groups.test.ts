import { expect, test } from 'vitest';
import { collected, many } from '../../backend/fake/collection';
import { FILTER_FROM, filtered, groupsOf } from './groups';

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
