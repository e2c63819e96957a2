import { expect, test } from 'vitest';
import type { SmallerBuild, SmallerBuildPlace } from '../backend/bindings';
import { keyOf, offered } from './smaller';

function build(gigabytes: number, place: SmallerBuildPlace): SmallerBuild {
  return {
    name: 'Qwen3.5 4B',
    label: 'Q4_K_M',
    size_bytes: gigabytes * 1e9,
    fit: { verdict: 'fast', needed_bytes: null, available_bytes: null, words_per_second: null },
    place,
  };
}

const here = (gigabytes: number) => build(gigabytes, { place: 'here', model: `/models/${gigabytes}.gguf` });
const onHub = (gigabytes: number) =>
  build(gigabytes, { place: 'on_hub', repo: 'unsloth/Qwen3.5-4B-GGUF', file: `${gigabytes}.gguf` });

test('no more than three smaller builds are offered, the largest of them first', () => {
  expect(offered([onHub(5), onHub(4), onHub(3), onHub(2)])).toEqual([onHub(5), onHub(4), onHub(3)]);
});

test('a smaller build that is here comes before what would have to be downloaded', () => {
  expect(offered([onHub(5), onHub(4), here(3), onHub(2), here(1)])).toEqual([here(3), here(1), onHub(5)]);
});

test('where there is none, none is offered', () => {
  expect(offered([])).toEqual([]);
});

test('builds of the same name are told apart', () => {
  const keys = [here(3), here(2), onHub(3), onHub(2)].map(keyOf);
  expect(new Set(keys).size).toBe(4);
});
