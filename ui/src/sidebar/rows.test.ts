import { beforeEach, expect, test } from 'vitest';
import { showLanguage } from '../i18n/locale.svelte';
import { drawnRows, rowsOf } from './rows';

beforeEach(() => showLanguage('en'));

const at = (date: Date) => Math.floor(date.getTime() / 1000);

test('each day has one heading above its conversations', () => {
  const now = new Date(2026, 10, 20, 12);
  const rows = rowsOf(
    [
      { id: 3, title: 'c', updated_at: at(new Date(2026, 10, 20, 9)) },
      { id: 2, title: 'b', updated_at: at(new Date(2026, 10, 20, 8)) },
      { id: 1, title: 'a', updated_at: at(new Date(2026, 10, 19, 8)) },
    ],
    now,
  );
  expect(rows.map((row) => (row.kind === 'heading' ? row.text : row.summary.id))).toEqual([
    'Today',
    3,
    2,
    'Yesterday',
    1,
  ]);
});

test('only what is in view and near it is drawn', () => {
  const drawn = drawnRows(5000, 36, 36 * 1000, 360, null);
  expect(drawn[0]).toBe(992);
  expect(drawn.at(-1)).toBe(1017);
});

test('the row with the focus is drawn wherever it is', () => {
  expect(drawnRows(5000, 36, 0, 360, 4000)).toContain(4000);
  expect(drawnRows(5000, 36, 36 * 4990, 360, 7)[0]).toBe(7);
});

test('a short list is drawn whole', () => {
  expect(drawnRows(3, 36, 0, 360, 1)).toEqual([0, 1, 2]);
});
