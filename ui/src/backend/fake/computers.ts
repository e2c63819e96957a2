/** Computers that people have, as Settings → Hardware would find them. */
import type { ComputeDevice, Hardware, LoadFacts, PathOutcome, PathReport } from '../bindings';
import { seconds } from './history';
import { starterNamed } from './library';

const GIBIBYTE = 2 ** 30;
const hour = 3600;

const rtx: ComputeDevice = {
  name: 'NVIDIA GeForce RTX 3060',
  kind: 'gpu',
  memory_bytes: 12 * GIBIBYTE,
  free_bytes: 11.2 * GIBIBYTE,
  driver: 'NVIDIA 565.77',
};

const radeon: ComputeDevice = {
  name: 'AMD Radeon RX 6600',
  kind: 'gpu',
  memory_bytes: 8 * GIBIBYTE,
  free_bytes: 7.4 * GIBIBYTE,
  driver: 'Mesa RADV 25.0.7',
};

const uhd: ComputeDevice = {
  name: 'Intel UHD Graphics 620',
  kind: 'integrated_gpu',
  memory_bytes: 11.6 * GIBIBYTE,
  free_bytes: 8.7 * GIBIBYTE,
  driver: 'Mesa ANV 25.0.7',
};

const llvmpipe: ComputeDevice = {
  name: 'llvmpipe (LLVM 19.1.7, 256 bits)',
  kind: 'software',
  memory_bytes: 15.4 * GIBIBYTE,
  free_bytes: 9.1 * GIBIBYTE,
  driver: 'Mesa llvmpipe 25.0.7',
};

const cpuWorks: PathOutcome = {
  outcome: 'works',
  prompt_tokens_per_second: 612.4,
  generation_tokens_per_second: 94.7,
};

function report(path: PathReport['path'], outcome: PathOutcome, devices: ComputeDevice[] = []): PathReport {
  const isTried = !['untried', 'testing', 'missing', 'no_device'].includes(outcome.outcome);
  return { path, devices, outcome, tried_at: isTried ? seconds() - 3 * hour : null };
}

const onProcessor: LoadFacts = {
  model: starterNamed.name,
  context_tokens: 8192,
  trained_context_tokens: 8192,
  threads: 7,
  batch_tokens: 512,
  layers: 30,
  gpu_layers: 0,
  kv_cache: 'f16',
  flash_attention: true,
  memory: [{ device: 'CPU', weights_bytes: 91_200_000, kv_bytes: 188_743_680, compute_bytes: 72_000_000 }],
};

/** A laptop that has only its processor. */
export function processorOnly(change: Partial<Hardware> = {}): Hardware {
  return {
    processor: 'AMD Ryzen 7 7840U',
    fast_cores: 8,
    memory_bytes: 15.4 * GIBIBYTE,
    free_bytes: 9.1 * GIBIBYTE,
    has_battery: true,
    paths: [report('cpu', cpuWorks), report('vulkan', { outcome: 'no_device' })],
    used: 'cpu',
    reason: { reason: 'only_one' },
    testing: false,
    load: onProcessor,
    ...change,
  };
}

/** The same, and nothing was tried yet, nor is a model loaded. */
export function untried(): Hardware {
  return processorOnly({
    paths: [report('cpu', { outcome: 'untried' }), report('vulkan', { outcome: 'untried' })],
    reason: { reason: 'not_tried_yet' },
    load: null,
  });
}

/** A desktop with an NVIDIA card and its library. */
export function cuda(): Hardware {
  return processorOnly({
    processor: 'AMD Ryzen 5 5600X',
    fast_cores: 6,
    memory_bytes: 31.2 * GIBIBYTE,
    free_bytes: 21.8 * GIBIBYTE,
    has_battery: false,
    paths: [
      report('cpu', cpuWorks),
      report('vulkan', works(4210.8, 301.2), [rtx]),
      report('cuda', works(6893.1, 342.6), [rtx]),
    ],
    used: 'cuda',
    reason: { reason: 'fastest' },
    load: {
      model: 'Qwen3 14B',
      context_tokens: 16_384,
      trained_context_tokens: 40_960,
      threads: 5,
      batch_tokens: 2048,
      layers: 41,
      gpu_layers: 34,
      kv_cache: 'q8_0',
      flash_attention: true,
      memory: [
        {
          device: 'NVIDIA GeForce RTX 3060',
          weights_bytes: 7_312_000_000,
          kv_bytes: 1_184_000_000,
          compute_bytes: 412_000_000,
        },
        { device: 'CPU', weights_bytes: 1_688_000_000, kv_bytes: 243_000_000, compute_bytes: 38_000_000 },
      ],
    },
  });
}

/** A card whose Vulkan was tried and did not do. */
export function vulkanFailed(outcome: PathOutcome): Hardware {
  return processorOnly({
    has_battery: false,
    paths: [report('cpu', cpuWorks), report('vulkan', outcome, [radeon])],
    reason: { reason: 'others_failed', path: 'vulkan' },
  });
}

/** The person wants it all the same. */
export function chosenFailed(outcome: PathOutcome): Hardware {
  return { ...vulkanFailed(outcome), reason: { reason: 'chosen_failed', path: 'vulkan' } };
}

/** A virtual machine whose graphics are software. */
export function softwareGraphics(): Hardware {
  return processorOnly({
    paths: [report('cpu', cpuWorks), report('vulkan', works(41.3, 2.5), [llvmpipe])],
    reason: { reason: 'others_slower', path: 'vulkan' },
  });
}

/** A laptop whose graphics are slower than its processor. */
export function slowGraphics(): Hardware {
  return processorOnly({
    processor: 'Intel Core i7-8550U',
    fast_cores: 4,
    paths: [report('cpu', cpuWorks), report('vulkan', works(208.5, 38.1), [uhd])],
    reason: { reason: 'others_slower', path: 'vulkan' },
  });
}

/** Everything is being tried. */
export function testing(): Hardware {
  return processorOnly({
    testing: true,
    has_battery: false,
    paths: [report('cpu', cpuWorks), report('vulkan', { outcome: 'testing' }, [radeon])],
    reason: { reason: 'not_tried_yet' },
  });
}

/** Two cards at once, and names that need room. */
export function twoCards(): Hardware {
  const second: ComputeDevice = { ...radeon, name: 'AMD Radeon Graphics (RADV RAPHAEL_MENDOCINO)' };
  return processorOnly({
    has_battery: false,
    paths: [
      report('cpu', cpuWorks),
      report('vulkan', works(3120.5, 244.8), [radeon, second]),
      report('cuda', { outcome: 'missing' }),
    ],
    used: 'vulkan',
    reason: { reason: 'fastest' },
  });
}

function works(prompt: number, generation: number): PathOutcome {
  return { outcome: 'works', prompt_tokens_per_second: prompt, generation_tokens_per_second: generation };
}
