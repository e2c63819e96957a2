import { expect, test, vi } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { failure } from '../../backend/fake/failure';
import { scenario } from '../../backend/fake/scenarios';
import type { Download, DownloadState, Presence } from '../../backend/bindings';
import { Notices } from '../../notices/notices.svelte';
import { Downloads } from './downloads.svelte';

const absent: Presence = { presence: 'absent' };
const done: DownloadState = { state: 'done', model: '/models/a.gguf' };

function download(state: DownloadState, change: Partial<Download> = {}): Download {
  return {
    id: 1,
    name: 'A',
    repo: 'o/a',
    file: 'a.gguf',
    label: 'Q4_K_M',
    total_bytes: 1000,
    received_bytes: 250,
    bytes_per_second: null,
    seconds_left: null,
    state,
    ...change,
  };
}

function downloads(list: Download[]) {
  const onDone = vi.fn();
  const backend = new FakeBackend(scenario('first-start'));
  return { all: new Downloads(backend, new Notices(), list, onDone), onDone };
}

test('a build is on its way as soon as its download is told of', () => {
  const { all } = downloads([]);
  expect(all.presence('o/a', 'a.gguf', absent, all.moment)).toEqual(absent);
  all.receive([download({ state: 'receiving' })]);
  expect(all.presence('o/a', 'a.gguf', absent, 0)).toEqual({ presence: 'downloading', download: 1 });
});

test('a build whose download was given up is not on its way any more', () => {
  const { all } = downloads([]);
  expect(all.presence('o/a', 'a.gguf', { presence: 'downloading', download: 1 }, 0)).toEqual(absent);
});

test('a model that has arrived is here before anybody has looked again', () => {
  const { all } = downloads([download({ state: 'verifying' })]);
  const moment = all.moment;
  all.receive([download(done)]);
  expect(all.presence('o/a', 'a.gguf', absent, moment)).toEqual({
    presence: 'here',
    model: '/models/a.gguf',
  });
});

test('a model that was deleted after its arrival is gone, although its download is still listed', () => {
  const { all } = downloads([download({ state: 'verifying' })]);
  all.receive([download(done)]);
  expect(all.presence('o/a', 'a.gguf', absent, all.moment)).toEqual(absent);
});

test('the end of a download is told once, and not when it was there from the start', () => {
  const { all, onDone } = downloads([download(done)]);
  all.receive([download(done)]);
  expect(onDone).not.toHaveBeenCalled();
  all.receive([download(done), download({ state: 'verifying' }, { id: 2, file: 'b.gguf' })]);
  all.receive([download(done), download(done, { id: 2, file: 'b.gguf' })]);
  all.receive([download(done), download(done, { id: 2, file: 'b.gguf' })]);
  expect(onDone).toHaveBeenCalledTimes(1);
});

test('how much is here counts only what is under way', () => {
  const { all } = downloads([
    download({ state: 'receiving' }),
    download({ state: 'queued' }, { id: 2, received_bytes: 0, total_bytes: 3000 }),
    download({ state: 'paused' }, { id: 3, received_bytes: 900 }),
    download(done, { id: 4, received_bytes: 1000 }),
  ]);
  expect(all.share).toBe(250 / 4000);
  all.receive([download({ state: 'paused' })]);
  expect(all.share).toBeNull();
});

test('a download that nobody was let in to is asked for again without flickering', async () => {
  const refused: DownloadState = { state: 'failed', error: failure('access_not_granted') };
  const { all } = downloads([download(refused)]);
  const shown = () => all.find(1)?.state.state;
  all.receive([download({ state: 'connecting' })]);
  expect(shown(), 'the app has asked by itself').toBe('failed');
  all.receive([download(refused)]);
  expect(shown()).toBe('failed');

  await all.resume(1);
  all.receive([download({ state: 'connecting' })]);
  expect(shown(), 'the person has asked').toBe('connecting');
  all.receive([download({ state: 'receiving' })]);
  expect(shown(), 'let in').toBe('receiving');
});
