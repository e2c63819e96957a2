import { expect, test } from 'vitest';
import { characters, lengthOf } from './length';

test.each([
  ['', 0],
  ['abc', 3],
  ['🔥', 1],
  ['a🔥b', 3],
  ['\ud83d', 1],
  ['\udd25\ud83d', 2],
])('%j has %d characters', (text, amount) => {
  expect(characters(text)).toBe(amount);
});

test('a length is spoken of only near the limit', () => {
  expect(lengthOf('x'.repeat(89), 100)).toEqual({ kind: 'fine' });
  expect(lengthOf('x'.repeat(90), 100)).toEqual({ kind: 'near', characters: 90 });
  expect(lengthOf('x'.repeat(100), 100)).toEqual({ kind: 'near', characters: 100 });
  expect(lengthOf('x'.repeat(101), 100)).toEqual({ kind: 'over', characters: 101 });
});

test('two code units are one character', () => {
  expect(lengthOf('🔥'.repeat(60), 100)).toEqual({ kind: 'fine' });
  expect(lengthOf('🔥'.repeat(95), 100)).toEqual({ kind: 'near', characters: 95 });
});
