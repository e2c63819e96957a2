/** A computer on which models have gathered for a while, and downloads in every state that they can be in. */
import type { Download, DownloadState, LocalModel } from '../bindings';
import { failure } from './failure';
import { FakeLibrary, localModel, starterModel } from './library';

const day = 86_400;
const hub = '/home/ada/.cache/huggingface/hub';

function snapshot(repo: string, file: string): string {
  const commit = '8f2c0d1a9b7e4c5f60718293a4b5c6d7e8f90a1b';
  return `${hub}/models--${repo.replace('/', '--')}/snapshots/${commit}/${file}`;
}

export const gemma = localModel({
  id: snapshot('unsloth/gemma-3-4b-it-GGUF', 'gemma-3-4b-it-Q4_K_M.gguf'),
  name: 'Gemma 3 4B',
  size_bytes: 2_489_894_016,
  parameters: 3_880_263_168,
  architecture: 'gemma3',
  context_tokens: 131_072,
  licence: 'gemma',
  has_projector: true,
  repo: 'unsloth/gemma-3-4b-it-GGUF',
});

const damaged = localModel({
  id: snapshot('bartowski/Mistral-Nemo-Instruct-2407-GGUF', 'Mistral-Nemo-Instruct-2407-UD-Q4_K_XL.gguf'),
  name: 'Mistral Nemo 12B',
  quantization: 'UD-Q4_K_XL',
  size_bytes: 1_204_551_680,
  repo: 'bartowski/Mistral-Nemo-Instruct-2407-GGUF',
  state: {
    state: 'damaged',
    damage: 'cut_short',
    cause: 'tensor data ends at byte 1204551680 of 7480000000',
  },
});

/** What a person has who tries things: models of five programs, one of them cut short, one of another kind. */
export function collected(now: number): LocalModel[] {
  return [
    { ...gemma, last_used_at: now - 3600 },
    localModel({
      id: '/home/ada/.ollama/models/blobs/sha256-dde5aa3fc5ffc17176b5e8bdc82f587b24b2678c6c66101bf7da77af9f7ccdff',
      name: 'Llama 3.2 3B Instruct',
      size_bytes: 2_019_377_696,
      parameters: 3_212_749_888,
      context_tokens: 131_072,
      licence: 'llama3.2',
      origins: [{ program: 'ollama', name: 'llama3.2:3b' }],
      last_used_at: now - 2 * day,
    }),
    localModel({
      id: '/home/ada/.lmstudio/models/lmstudio-community/Qwen3-14B-GGUF/Qwen3-14B-Q4_K_M.gguf',
      name: 'Qwen3 14B',
      size_bytes: 9_001_752_960,
      parameters: 14_768_307_200,
      architecture: 'qwen3',
      context_tokens: 40_960,
      origins: [
        { program: 'lm_studio', name: 'lmstudio-community/Qwen3-14B-GGUF' },
        { program: 'jan', name: 'Qwen3-14B' },
      ],
      repo: 'lmstudio-community/Qwen3-14B-GGUF',
      last_used_at: now - 40 * day,
      fit: {
        verdict: 'slow',
        needed_bytes: 11_100_000_000,
        available_bytes: 12_000_000_000,
        words_per_second: 3,
      },
    }),
    localModel({
      id: '/home/ada/Downloads/llama-3.3-70b-instruct-q4_k_m.gguf',
      name: 'Llama 3.3 70B Instruct',
      size_bytes: 42_520_395_584,
      parameters: 70_553_706_496,
      context_tokens: 131_072,
      licence: 'llama3.3',
      origins: [{ program: 'folder', name: null }],
      fit: {
        verdict: 'too_large',
        needed_bytes: 45_000_000_000,
        available_bytes: 12_000_000_000,
        words_per_second: null,
      },
    }),
    starterModel,
    damaged,
    localModel({
      id: '/home/ada/.cache/nomic.ai/GPT4All/nomic-embed-text-v1.5.f16.gguf',
      name: 'nomic embed text v1.5',
      size_bytes: 274_290_560,
      quantization: 'F16',
      architecture: 'nomic-bert',
      origins: [{ program: 'gpt4_all', name: null }],
      state: { state: 'foreign', kind: 'other_kind', cause: 'the architecture nomic-bert writes no text' },
    }),
  ];
}

/** More than one looks through: the list then has a filter. */
export function many(now: number): LocalModel[] {
  const families = [
    'Qwen3 8B',
    'Phi 4 Mini',
    'Granite 4 Micro',
    'SmolLM3 3B',
    'Mistral Small 24B',
    'OLMo 2 7B',
  ];
  const more = families.flatMap((name, family) =>
    ['Q4_K_M', 'Q8_0'].map((quantization, build) =>
      localModel({
        id: `/home/ada/models/${name} ${quantization}.gguf`,
        name,
        quantization,
        size_bytes: (family + 2) * (build + 1) * 900_000_000,
        origins: [{ program: 'llama_cpp', name: null }],
        last_used_at: now - (family * 2 + build + 3) * 9 * day,
      }),
    ),
  );
  const all = collected(now);
  return [...all.slice(0, 2), ...more, ...all.slice(2)];
}

/** `collected`, as a library with problems and a place to move to. */
export function collectedLibrary(now: number): FakeLibrary {
  return new FakeLibrary({
    models: collected(now),
    freeBytes: 84_300_000_000,
    sharedWith: {
      '/home/ada/.lmstudio/models/lmstudio-community/Qwen3-14B-GGUF/Qwen3-14B-Q4_K_M.gguf': [
        { program: 'jan', name: 'Qwen3-14B' },
      ],
    },
    problems: [{ path: '/media/stick/models', cause: 'Permission denied (os error 13)' }],
    plan: { folder: '/media/large/models', total_bytes: 3_694_445_696, free_bytes: 412_000_000_000 },
  });
}

function download(
  id: number,
  name: string,
  label: string,
  total: number,
  share: number,
  state: DownloadState,
): Download {
  const file = `${name.replaceAll(' ', '-')}-${label}.gguf`;
  const isComing = state.state === 'receiving';
  const received = Math.round(total * share);
  return {
    id,
    name,
    repo: `unsloth/${name.replaceAll(' ', '-')}-GGUF`,
    file,
    label,
    total_bytes: total,
    received_bytes: received,
    bytes_per_second: isComing ? 12_400_000 : null,
    seconds_left: isComing ? Math.ceil((total - received) / 12_400_000) : null,
    state,
  };
}

/** One of each kind, as far as they can be there at the same time. */
export function everyDownload(): Download[] {
  return [
    download(1, 'Qwen3 8B', 'Q4_K_M', 5_027_783_488, 0.42, { state: 'receiving' }),
    download(2, 'Gemma 3 12B', 'Q4_K_M', 7_300_574_880, 0.18, {
      state: 'waiting',
      trouble: 'network',
      seconds: 24,
    }),
    download(3, 'Phi 4 Mini', 'Q4_K_M', 2_491_874_272, 0, { state: 'queued' }),
    download(4, 'Granite 4 Micro', 'Q8_0', 3_622_174_912, 0.61, { state: 'paused' }),
    download(5, 'OLMo 2 7B', 'Q4_K_M', 4_472_020_160, 0.93, {
      state: 'failed',
      error: failure('not_enough_space', {
        needed_bytes: 4_472_020_160,
        free_bytes: 313_041_411,
        path: '/home/ada/.cache/huggingface/hub',
      }),
    }),
    download(6, 'SmolLM3 3B', 'Q4_K_M', 1_915_305_312, 1, {
      state: 'done',
      model: '/home/ada/models/SmolLM3 3B Q4_K_M.gguf',
    }),
  ];
}

/** Three small ones, none of which gets on by itself: an order that can be changed. */
export function threeComing(): Download[] {
  return [
    download(1, 'Qwen3 8B', 'Q4_K_M', 5_027_783_488, 0.42, { state: 'receiving' }),
    download(2, 'Gemma 3 12B', 'Q4_K_M', 7_300_574_880, 0.01, { state: 'queued' }),
    download(3, 'Phi 4 Mini', 'Q4_K_M', 2_491_874_272, 0, { state: 'queued' }),
  ];
}

/** What else can keep a download waiting, and what comes before and after the bytes. */
export function otherDownloads(): Download[] {
  return [
    download(1, 'Qwen3 8B', 'Q4_K_M', 5_027_783_488, 1, { state: 'verifying' }),
    download(2, 'Gemma 3 12B', 'Q4_K_M', 7_300_574_880, 0, { state: 'connecting' }),
    download(3, 'Phi 4 Mini', 'Q4_K_M', 2_491_874_272, 0.3, {
      state: 'waiting',
      trouble: 'login_page',
      seconds: 30,
    }),
    download(4, 'Granite 4 Micro', 'Q8_0', 3_622_174_912, 0.5, {
      state: 'waiting',
      trouble: 'rate_limit',
      seconds: 150,
    }),
    download(5, 'OLMo 2 7B', 'Q4_K_M', 4_472_020_160, 0.7, {
      state: 'waiting',
      trouble: 'server',
      seconds: 8,
    }),
    download(6, 'Llama 3.1 8B Instruct', 'Q4_K_M', 4_920_739_232, 0, {
      state: 'failed',
      error: failure('sign_in_required', {
        name: 'meta-llama/Llama-3.1-8B-Instruct-GGUF',
        address: 'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct-GGUF',
      }),
    }),
  ];
}
