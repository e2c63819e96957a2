import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FoundModel, FoundModels, ModelQuery } from '../../backend/bindings';
import { FakeBackend } from '../../backend/fake';
import { failure } from '../../backend/fake/failure';
import { scenario } from '../../backend/fake/scenarios';
import { Search } from './search.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function model(repo: string): FoundModel {
  return {
    repo,
    name: repo,
    owner: 'o',
    gate: 'open',
    downloads: null,
    likes: null,
    modified_at: null,
    licence: null,
    capabilities: [],
    parameters: null,
    fit: { verdict: 'unknown', needed_bytes: null, available_bytes: null, words_per_second: null },
    is_here: false,
  };
}

/** A search whose answers are given by `answer`. */
function searching(answer: (query: ModelQuery, next: string | null) => FoundModels | null) {
  const backend = new FakeBackend(scenario('first-start'));
  const asked: (string | null)[] = [];
  backend.searchModels = (query, next) => {
    asked.push(next);
    return Promise.resolve().then(() => answer(query, next));
  };
  return { search: new Search(backend), asked };
}

function names(search: Search): string[] {
  return search.found.kind === 'full' ? search.found.models.map(({ repo }) => repo) : [];
}

test('pages that a filter has emptied are passed over, up to a bound', async () => {
  const { search, asked } = searching((_, next) => {
    const at = Number(next ?? '0');
    return { models: at === 2 ? [model('o/a')] : [], next: String(at + 1) };
  });
  search.type('x');
  await vi.advanceTimersByTimeAsync(250);
  expect(asked).toEqual([null, '1', '2']);
  expect(names(search)).toEqual(['o/a']);
  await search.more();
  expect(asked, 'five in a row are enough').toHaveLength(8);
  expect(names(search)).toEqual(['o/a']);
  expect(search.found).toMatchObject({ next: '8', more: { kind: 'idle' } });
});

test('a model that a later page brings once more is listed once', async () => {
  const { search } = searching((_, next) =>
    next === null
      ? { models: [model('o/a'), model('o/b')], next: '1' }
      : { models: [model('o/b'), model('o/c')], next: null },
  );
  search.type('x');
  await vi.advanceTimersByTimeAsync(250);
  await search.more();
  expect(names(search)).toEqual(['o/a', 'o/b', 'o/c']);
});

test('what is typed while nothing has been found yet is not asked for twice', async () => {
  const { search, asked } = searching(() => ({ models: [model('o/a')], next: null }));
  search.type('x');
  search.type('x ');
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toHaveLength(1);
});

test('a search whose place was taken by a newer one shows nothing of its own', async () => {
  const { search } = searching(() => null);
  search.type('x');
  await vi.advanceTimersByTimeAsync(250);
  expect(search.found.kind).toBe('asking');
});

test('a pause without a length ends by itself too', async () => {
  let isBusy = true;
  const { search, asked } = searching(() => {
    if (isBusy) throw failure('rate_limited');
    return { models: [model('o/a')], next: null };
  });
  search.type('x');
  await vi.advanceTimersByTimeAsync(250);
  expect(search.secondsLeft).toBe(30);
  isBusy = false;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toHaveLength(2);
  expect(names(search)).toEqual(['o/a']);
  expect(search.secondsLeft).toBeNull();
});

test('an emptied field ends the waiting', async () => {
  const { search, asked } = searching(() => {
    throw failure('rate_limited', { seconds: 5 });
  });
  search.type('x');
  await vi.advanceTimersByTimeAsync(250);
  search.type('');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
  expect(search.found.kind).toBe('nothing_asked');
});
