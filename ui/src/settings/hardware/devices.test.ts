import { beforeEach, expect, test } from 'vitest';
import type { PathOutcome, PathReport } from '../../backend/bindings';
import { cuda, softwareGraphics, vulkanFailed } from '../../backend/fake/computers';
import { showLanguage } from '../../i18n/locale.svelte';
import { aboutPath, canBeChosen } from './devices';
import { testState } from './testState';

beforeEach(() => showLanguage('en'));

const vulkan = (outcome: PathOutcome): PathReport => {
  const report = vulkanFailed(outcome).paths.find(({ path }) => path === 'vulkan');
  if (report === undefined) throw new Error('no Vulkan');
  return report;
};

test.each<[PathOutcome['outcome'], boolean]>([
  ['untried', true],
  ['testing', true],
  ['missing', false],
  ['no_device', false],
  ['wrong_results', false],
  ['crashed', false],
  ['timed_out', false],
  ['quarantined', false],
])('whether what is %s can be chosen: %s; and if not, it says why', (outcome, isOpen) => {
  const report = vulkan({ outcome } as PathOutcome);
  expect(canBeChosen(report)).toBe(isOpen);
  expect(aboutPath(report, '')).toMatch(isOpen ? /Radeon|…/ : /\.$/);
});

test('the processor can always be chosen, whatever came of trying it', () => {
  expect(canBeChosen({ ...vulkan({ outcome: 'crashed' }), path: 'cpu' })).toBe(true);
});

test('what works shows its devices and their free memory', () => {
  const report = cuda().paths[2];
  if (report === undefined) throw new Error('no CUDA');
  expect(aboutPath(report, '')).toBe('NVIDIA GeForce RTX 3060, 11.2\u00a0GB free');
});

test('software that pretends to be a graphics card is called that', () => {
  const report = softwareGraphics().paths[1];
  if (report === undefined) throw new Error('no Vulkan');
  expect(aboutPath(report, '')).toContain('imitated by software');
});

test('a test is told by what it tries, and afterwards by when it was', () => {
  const hardware = vulkanFailed({ outcome: 'crashed' });
  expect(testState({ ...hardware, testing: true })).toEqual({ state: 'trying', path: null });
  expect(testState({ ...vulkanFailed({ outcome: 'testing' }), testing: true })).toEqual({
    state: 'trying',
    path: 'Vulkan',
  });
  const [first, second] = hardware.paths;
  if (first === undefined || second === undefined) throw new Error('two paths are there');
  const paths = [
    { ...first, tried_at: 100 },
    { ...second, tried_at: 200 },
  ];
  expect(testState({ ...hardware, paths })).toEqual({ state: 'tried', at: 200 });
  expect(testState({ ...hardware, paths: [] })).toEqual({ state: 'untried' });
});
