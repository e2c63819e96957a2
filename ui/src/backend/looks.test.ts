import { expect, test } from 'vitest';
import { Looks } from './looks';

test('whoever asks while it is looked up has it looked up once more, not once for each', async () => {
  const ends: (() => void)[] = [];
  const looks = new Looks(() => new Promise((resolve) => ends.push(resolve)));
  const asked = looks.ask();
  void looks.ask();
  void looks.ask();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await expect.poll(() => ends.length).toBe(2);
  expect(looks.isGoing).toBe(true);
  ends[1]?.();
  await asked;
  expect(looks.isGoing).toBe(false);
  expect(ends).toHaveLength(2);
});
