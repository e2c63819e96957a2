import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../backend/bindings';
import { failure as error } from '../backend/fake/failure';
import { showLanguage } from '../i18n/locale.svelte';
import { asAppError, explain, remedyLabel } from './explain';

const codes: Record<ErrorCode, true> = {
  engine_crashed: true,
  engine_unavailable: true,
  model_missing: true,
  model_damaged: true,
  model_unsupported: true,
  out_of_memory: true,
  model_too_large: true,
  engine_stuck: true,
  graphics_lost: true,
  model_crashes: true,
  model_not_ready: true,
  message_too_long: true,
  message_too_many_characters: true,
  already_answering: true,
  disk_full: true,
  read_only: true,
  history_damaged: true,
  not_found: true,
  offline: true,
  login_page: true,
  rate_limited: true,
  hub_trouble: true,
  sign_in_required: true,
  access_not_granted: true,
  token_invalid: true,
  not_on_hub: true,
  not_available: true,
  not_enough_space: true,
  download_corrupt: true,
  changed_on_hub: true,
  in_use: true,
  address_invalid: true,
  folder_unsuitable: true,
  internal: true,
};

describe.each(['en', 'de'] as const)('in %s', (language) => {
  test.each(Object.keys(codes) as ErrorCode[])('%s has a sentence, a meaning and named remedies', (code) => {
    showLanguage(language);
    const { sentence, meaning, remedies } = explain(error(code));
    expect(sentence).toMatch(/\.$/);
    expect(meaning).toMatch(/\.$/);
    expect(`${sentence} ${meaning}`).not.toMatch(/_|undefined|null|\{|scripted failure/);
    for (const remedy of remedies) expect(remedyLabel(remedy)).not.toBe('');
  });
});

test('a message that is too long says how long it is and how long it may be, in words', () => {
  showLanguage('en');
  const { meaning } = explain(error('message_too_long', { amount: 9120, limit: 7600 }));
  expect(meaning).toContain('about 6,800 words');
  expect(meaning).toContain('about 5,700');
});

test('a model that is too large says how much memory it takes and how much is free', () => {
  showLanguage('en');
  const details = { needed_bytes: 9.4 * 2 ** 30, free_bytes: 5.1 * 2 ** 30 };
  const { meaning, remedies } = explain(error('model_too_large', details));
  expect(meaning).toContain('9.4\u00a0GB');
  expect(meaning).toContain('5.1\u00a0GB');
  expect(remedies).toEqual(['find_smaller_model', 'choose_model', 'reload_model']);
});

test('a file is named without its folders', () => {
  showLanguage('en');
  const { meaning } = explain(error('model_damaged', { path: '/home/ada/big.gguf' }));
  expect(meaning).toMatch(/^big\.gguf /);
});

test('what is no AppError is a fault of the app', () => {
  expect(asAppError(new TypeError('oh')).code).toBe('internal');
  expect(asAppError(error('disk_full')).code).toBe('disk_full');
});
