import { describe, expect, test } from 'vitest';
import { failure } from '../backend/fake/failure';
import { isSame, refusedField, untouched, written } from './network.svelte';

test('empty fields are no addresses', () => {
  expect(written('  ', 'system', '')).toEqual(untouched);
});

test('an address is kept without the blanks around it', () => {
  expect(written(' https://mirror.example ', 'chosen', ' http://proxy:8080\n')).toEqual({
    endpoint: 'https://mirror.example',
    proxy: 'chosen',
    proxy_address: 'http://proxy:8080',
  });
});

test('the address of a proxy is kept also while it is not used', () => {
  expect(written('', 'none', 'http://proxy:8080').proxy_address).toBe('http://proxy:8080');
});

test('an address that is not used makes no difference', () => {
  expect(isSame(untouched, { ...untouched, proxy_address: 'http://proxy:8080' })).toBe(true);
  expect(isSame(untouched, { ...untouched, endpoint: 'https://mirror.example' })).toBe(false);
});

describe('a refused address is marked where it stands', () => {
  test('the one that is named', () => {
    expect(refusedField(failure('address_invalid', { name: 'proxy' }))).toBe('proxy');
    expect(refusedField(failure('address_invalid', { name: 'proxy_login' }))).toBe('proxy');
    expect(refusedField(failure('address_invalid'))).toBe('endpoint');
  });

  test('but no field is marked for another trouble', () => {
    expect(refusedField(failure('read_only'))).toBeNull();
    expect(refusedField(null)).toBeNull();
  });
});
