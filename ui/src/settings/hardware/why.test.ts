import { beforeEach, describe, expect, test } from 'vitest';
import type { ComputePath, Hardware, PathOutcome, PathReason } from '../../backend/bindings';
import {
  chosenFailed,
  cuda,
  processorOnly,
  slowGraphics,
  softwareGraphics,
  testing,
  twoCards,
  untried,
  vulkanFailed,
} from '../../backend/fake/computers';
import { showLanguage } from '../../i18n/locale.svelte';
import { whatComputes } from './why';

const outcomes: Record<PathOutcome['outcome'], PathOutcome> = {
  untried: { outcome: 'untried' },
  testing: { outcome: 'testing' },
  missing: { outcome: 'missing' },
  no_device: { outcome: 'no_device' },
  works: { outcome: 'works', prompt_tokens_per_second: 900, generation_tokens_per_second: 90 },
  wrong_results: { outcome: 'wrong_results' },
  crashed: { outcome: 'crashed' },
  timed_out: { outcome: 'timed_out' },
  quarantined: { outcome: 'quarantined' },
};

const reasons: Record<PathReason['reason'], PathReason> = {
  not_tried_yet: { reason: 'not_tried_yet' },
  only_one: { reason: 'only_one' },
  fastest: { reason: 'fastest' },
  others_failed: { reason: 'others_failed', path: 'vulkan' },
  others_slower: { reason: 'others_slower', path: 'vulkan' },
  chosen: { reason: 'chosen' },
  chosen_failed: { reason: 'chosen_failed', path: 'vulkan' },
};

const paths: ComputePath[] = ['cpu', 'vulkan', 'cuda', 'metal'];

/** One row for every reason and every outcome of the path that it names. */
const table = Object.values(reasons).flatMap((reason) =>
  Object.values(outcomes).map((outcome) => ({ reason, outcome })),
);

describe.each(['en', 'de'] as const)('in %s', (language) => {
  beforeEach(() => showLanguage(language));

  test.each(table)(
    '$reason.reason, $outcome.outcome: a sentence, whatever is used',
    ({ reason, outcome }) => {
      for (const used of paths) {
        const words = whatComputes({ ...vulkanFailed(outcome), reason, used });
        expect(words).toMatch(/^\p{Lu}.*\.$/u);
        expect(words).not.toMatch(/_|undefined|null|\{|\}|\[object|\.\.$| {2}/);
      }
    },
  );

  test('what has failed is said in other words for each way to fail', () => {
    for (const make of [vulkanFailed, chosenFailed]) {
      const said = Object.values(outcomes).map((outcome) => whatComputes(make(outcome)));
      expect(new Set(said).size, 'no two outcomes share a sentence').toBe(said.length);
      for (const words of said) expect(words).toContain('Vulkan');
    }
  });
});

describe('what computes and why', () => {
  beforeEach(() => showLanguage('en'));

  const nbsp = '\u00a0';
  const chosen = (hardware: Hardware): Hardware => ({ ...hardware, reason: { reason: 'chosen' } });

  test.each<[string, Hardware, string]>([
    [
      'a card that is the fastest',
      cuda(),
      `NVIDIA GeForce RTX 3060 with CUDA, 11.2${nbsp}GB free: the fastest this computer has.`,
    ],
    [
      'two cards at once',
      twoCards(),
      'AMD Radeon RX 6600 and AMD Radeon Graphics (RADV RAPHAEL_MENDOCINO) with Vulkan, ' +
        `14.8${nbsp}GB free: the fastest this computer has.`,
    ],
    [
      'nothing but a processor',
      processorOnly(),
      'The processor is used, because there is nothing else here to compute with.',
    ],
    ['nothing tried yet', untried(), 'Hearth uses the processor for now. Nothing else has been tried yet.'],
    ['a test that goes on', testing(), 'Hearth uses the processor until everything here has been tried.'],
    [
      'wrong results',
      vulkanFailed(outcomes.wrong_results),
      'Vulkan was tried and gave wrong results, so Hearth uses the processor.',
    ],
    [
      'a crash',
      vulkanFailed(outcomes.crashed),
      'Vulkan was tried and crashed, so Hearth uses the processor.',
    ],
    [
      'a hang',
      vulkanFailed(outcomes.timed_out),
      'Vulkan was tried and did not finish in time, so Hearth uses the processor.',
    ],
    [
      'a quarantine',
      vulkanFailed(outcomes.quarantined),
      'Vulkan crashed several times, so Hearth uses the processor.',
    ],
    [
      'software that pretends',
      softwareGraphics(),
      'The graphics here are only imitated by software, so Hearth uses the processor.',
    ],
    [
      'slow graphics',
      slowGraphics(),
      'Intel UHD Graphics 620 with Vulkan works, but is slower, so Hearth uses the processor.',
    ],
    ['a choice', chosen(cuda()), `NVIDIA GeForce RTX 3060 with CUDA, 11.2${nbsp}GB free, as you chose.`],
    ['the processor by choice', chosen(processorOnly()), 'The processor is used, as you chose.'],
    [
      'a choice that failed',
      chosenFailed(outcomes.crashed),
      'You chose Vulkan, but it was tried and crashed. Hearth uses the processor instead.',
    ],
  ])('%s', (_, hardware, sentence) => {
    expect(whatComputes(hardware)).toBe(sentence);
  });

  test('a card that failed is named with the other card that is used', () => {
    const hardware: Hardware = {
      ...cuda(),
      used: 'cuda',
      reason: { reason: 'others_slower', path: 'vulkan' },
    };
    expect(whatComputes(hardware)).toBe(
      'NVIDIA GeForce RTX 3060 with Vulkan works, but is slower, ' +
        'so Hearth uses NVIDIA GeForce RTX 3060 with CUDA.',
    );
  });

  test('software beside a real card is not counted', () => {
    const hardware = cuda();
    const pretender = softwareGraphics().paths[1]?.devices ?? [];
    const [, , report] = hardware.paths;
    report?.devices.push(...pretender);
    expect(whatComputes(hardware)).toBe(whatComputes(cuda()));
  });
});
