import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { everyDownload } from '../../backend/fake/collection';
import { beforeOf, landing, moved, parted } from './order';

test('what has arrived is kept apart from what is still to come', () => {
  const { coming, done } = parted(everyDownload());
  expect(coming.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  expect(done.map(({ id }) => id)).toEqual([6]);
});

describe('a download moved to a place', () => {
  test.each([
    ['up', 3, 0, 1],
    ['down by one', 1, 1, 3],
    ['to the end', 1, 3, null],
    ['beyond the end', 1, 9, null],
    ['above the beginning', 3, -2, 1],
    ['to where it is', 2, 1, undefined],
  ])('%s stands before the right one', (_, id, to, before) => {
    expect(beforeOf([1, 2, 3, 4], id, to)).toBe(before);
  });

  test('comes to that very place, whatever the order', () => {
    const orders = fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(orders, fc.nat(), fc.nat(), (order, which, where) => {
        const id = order[which % order.length] ?? 0;
        const to = where % order.length;
        const before = beforeOf(order, id, to);
        if (before === undefined) return order.indexOf(id) === to;
        // As the backend does it.
        const others = order.filter((other) => other !== id);
        others.splice(before === null ? others.length : others.indexOf(before), 0, id);
        expect(others).toEqual(moved(order, id, to));
        return others.indexOf(id) === to;
      }),
    );
  });
});

test.each([
  [0, 0, 10],
  [0, 1, 130],
  [0, 2, 300],
  [2, 0, 10],
  [2, 1, 100],
  [1, 1, 140],
])('the row at %d dragged to a pointer lands at %d', (at, place, pointer) => {
  expect(landing([50, 120, 200], at, pointer)).toBe(place);
});
