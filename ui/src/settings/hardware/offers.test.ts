import { expect, test } from 'vitest';
import { cuda, processorOnly, untried } from '../../backend/fake/computers';
import { untouched } from '../../backend/fake/hardware';
import { contextsOffered, layersOffered, minutesOffered, threadsOffered } from './offers';

const oneTo = (most: number) => Array.from({ length: most }, (_, index) => index + 1);

test('contexts double up to what the model was made for', () => {
  expect(contextsOffered(cuda(), untouched)).toEqual([2048, 4096, 8192, 16_384, 32_768, 40_960]);
  expect(contextsOffered(processorOnly(), untouched)).toEqual([2048, 4096, 8192]);
});

test('without a model the usual ones are offered', () => {
  expect(contextsOffered(untried(), untouched).at(-1)).toBe(32_768);
});

test('a thread for each fast core, and no more', () => {
  expect(threadsOffered(cuda(), untouched)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('layers can be put on a GPU only where one works', () => {
  expect(layersOffered(processorOnly(), untouched)).toEqual([]);
  const offered = layersOffered(cuda(), untouched);
  expect(offered[0], 'none at all is a choice').toBe(0);
  expect(offered.at(-1)).toBe(41);
});

test('what was decided before is offered, wherever it came from', () => {
  expect(minutesOffered(45)).toEqual([5, 30, 45, 120]);
  expect(minutesOffered(30)).toEqual([5, 30, 120]);
  expect(minutesOffered(null)).toEqual([5, 30, 120]);
  expect(contextsOffered(processorOnly(), { ...untouched, context_tokens: 12_000 })).toContain(12_000);
  expect(threadsOffered(processorOnly(), { ...untouched, threads: 16 }).at(-1)).toBe(16);
  expect(layersOffered(processorOnly(), { ...untouched, gpu_layers: 12 })).toEqual([0, ...oneTo(30)]);
});
