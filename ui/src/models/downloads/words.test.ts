import { beforeEach, describe, expect, test } from 'vitest';
import type { Download, DownloadState } from '../../backend/bindings';
import { everyDownload, otherDownloads } from '../../backend/fake/collection';
import { failure } from '../../backend/fake/failure';
import { showLanguage } from '../../i18n/locale.svelte';
import { announcement, fractionOf, progressWords, troubleWords } from './words';

beforeEach(() => showLanguage('en'));

const receiving: Download = {
  id: 1,
  name: 'Qwen3 8B',
  repo: 'o/n',
  file: 'm.gguf',
  label: 'Q4_K_M',
  total_bytes: 4_000_000_000,
  received_bytes: 1_000_000_000,
  bytes_per_second: 12_400_000,
  seconds_left: 242,
  state: { state: 'receiving' },
};
const as = (state: DownloadState, share = 0.25): Download => ({
  ...receiving,
  received_bytes: receiving.total_bytes * share,
  state,
});

test('a download says how much is here, how fast it comes and how long it takes', () => {
  expect(progressWords(receiving)).toBe('1\u00a0GB of 4\u00a0GB · 12\u00a0MB/s · 4 minutes left');
});

test('a speed that is not known yet is left out, not guessed', () => {
  expect(progressWords({ ...receiving, bytes_per_second: null, seconds_left: null })).toBe(
    '1\u00a0GB of 4\u00a0GB',
  );
});

describe.each(['en', 'de'] as const)('in %s', (language) => {
  test('every state and every cause has words', () => {
    showLanguage(language);
    for (const download of [...everyDownload(), ...otherDownloads()]) {
      expect(progressWords(download)).not.toBe('');
      expect(progressWords(download)).not.toMatch(/undefined|null|NaN|_/);
    }
    for (const trouble of ['network', 'login_page', 'rate_limit', 'server'] as const) {
      expect(troubleWords(trouble)).toMatch(/\.$/);
    }
  });
});

test('a download of which nothing is known yet is at its beginning', () => {
  expect(fractionOf({ ...receiving, total_bytes: 0, received_bytes: 0 })).toBe(0);
});

describe('a screen reader is told', () => {
  test('each quarter once, and nothing between', () => {
    const at = (share: number) => as({ state: 'receiving' }, share);
    expect(announcement(at(0.24), at(0.26))).toBe('Qwen3 8B: 25 percent are here.');
    expect(announcement(at(0.26), at(0.49))).toBeNull();
    expect(announcement(at(0.49), at(0.8))).toBe('Qwen3 8B: 75 percent are here.');
    expect(announcement(at(0.9), at(1))).toBeNull();
  });

  test('why nothing comes any more, and when it goes on', () => {
    const waiting = as({ state: 'waiting', trouble: 'network', seconds: 30 });
    expect(announcement(receiving, waiting)).toMatch(/^Qwen3 8B: There is no connection/);
    expect(announcement(waiting, as({ state: 'waiting', trouble: 'network', seconds: 29 }))).toBeNull();
    expect(announcement(waiting, receiving)).toBe('Qwen3 8B goes on downloading.');
  });

  test('that it could not be done', () => {
    expect(announcement(receiving, as({ state: 'failed', error: failure('not_on_hub') }))).toBe(
      'Qwen3 8B could not be downloaded.',
    );
  });

  test('nothing of what the person has just done', () => {
    expect(announcement(receiving, as({ state: 'paused' }))).toBeNull();
    expect(announcement(as({ state: 'paused' }), as({ state: 'queued' }))).toBeNull();
  });
});
