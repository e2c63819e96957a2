/** What scenarios are made of: one trait of a situation each, everything else as usual. */
import type {
  Account,
  AnswerStats,
  AppError,
  Download,
  EngineState,
  ErrorCode,
  Hardware,
  HardwareSettings,
  LocalModel,
  ModelInfo,
  NamedModel,
} from '../bindings';
import { collectedLibrary, gemma, many } from './collection';
import { FakeDiscover } from './discover';
import { FakeDownloads } from './downloads';
import { failure } from './failure';
import { FakeHardware } from './hardware';
import { stats, weeksOfUse } from './histories';
import { FakeHistory, seconds } from './history';
import { FakeLibrary, localModel, named, starterModel, starterNamed } from './library';
import { FakeNetwork } from './network';
import type { Scenario, ScriptedAnswer } from './scenario';
import { greetingAnswer } from './texts';

export const starter: ModelInfo = {
  name: starterNamed.name,
  path: starterNamed.id,
  is_starter: true,
  description: 'llama 135M Q4_1',
  size_bytes: 98_362_432,
  context_tokens: 8192,
  device: 'CPU (zen4)',
  threads: 8,
  uses_default_template: false,
};

export const untemplated: ModelInfo = {
  ...starter,
  name: 'Story Writer 1.1B Base',
  path: '/home/ada/Models/story-writer-1.1b-base.Q5_K_M.gguf',
  is_starter: false,
  description: 'llama 1.1B Q5_K_M',
  size_bytes: 782_045_248,
  context_tokens: 2048,
  uses_default_template: true,
};

/** Of a text that repeats what was asked about, after coming back to it. */
export const guessedStats: AnswerStats = {
  ...stats,
  prompt_tokens: 4212,
  reused_tokens: 4180,
  restored_tokens: 4096,
  drafted_tokens: 214,
  accepted_tokens: 171,
  device: 'NVIDIA GeForce RTX 3060 (CUDA)',
};

export const GIBIBYTE = 2 ** 30;

export const mistral: NamedModel = {
  id: '/home/ada/Models/mistral-7b-instruct.Q4_K_M.gguf',
  name: 'Mistral 7B Instruct',
};

export const qwenFolder =
  '/home/ada/.cache/huggingface/hub/models--unsloth--Qwen3.5-4B-GGUF/snapshots/0123456';

/** Two builds of the model that is too large. */
export const smallerQwens = [
  { label: 'UD-Q4_K_XL', bytes: 2_900_000_000 },
  { label: 'UD-Q2_K_XL', bytes: 1_920_000_000 },
].map(({ label, bytes }) =>
  localModel({
    id: `${qwenFolder}/Qwen3.5-4B-${label}.gguf`,
    name: 'Qwen3.5 4B',
    size_bytes: bytes,
    quantization: label,
    repo: 'unsloth/Qwen3.5-4B-GGUF',
  }),
);

export function script(change: Partial<ScriptedAnswer> = {}): ScriptedAnswer {
  return {
    reading: [],
    readingMs: 0,
    text: greetingAnswer,
    charactersPerDelta: 24,
    deltaMs: 4,
    end: { state: 'complete' },
    stats,
    title: 'How a rainbow comes about',
    ...change,
  };
}

export function blank(): Scenario {
  return {
    history: new FakeHistory(),
    newChatDraft: '',
    settings: { theme: 'system', language: 'system' },
    engine: ready(starter),
    defaultModel: starterNamed,
    mended: ready(starter),
    chosenFile: null,
    openedFile: null,
    about: { version: '0.1.0', data_folder: '/home/ada/.local/share/hearth' },
    messageLimitCharacters: 100_000,
    answer: () => script(),
    refusal: null,
    discover: new FakeDiscover(),
    downloads: new FakeDownloads(),
    library: new FakeLibrary(),
    network: new FakeNetwork(),
    computing: new FakeHardware(),
    loadingMs: 300,
    failures: {},
    delayMs: {},
  };
}

export function withHistory(history: FakeHistory): Scenario {
  return { ...blank(), history };
}

export function downloading(list: Download[]): Scenario {
  return {
    ...withHistory(weeksOfUse()),
    library: new FakeLibrary({ models: many(seconds()) }),
    downloads: new FakeDownloads({ list, stepMs: null }),
  };
}

/** A model of the Hub whose largest build was downloaded. No download gets on by itself. */
export function tooLarge(change: Partial<LocalModel> = {}): Scenario {
  const large = localModel({
    id: `${qwenFolder}/Qwen3.5-4B-Q8_0.gguf`,
    name: 'Qwen3.5 4B',
    size_bytes: 4_482_000_000,
    quantization: 'Q8_0',
    repo: 'unsloth/Qwen3.5-4B-GGUF',
    ...change,
  });
  const details = { needed_bytes: 5.8 * GIBIBYTE, free_bytes: 3.2 * GIBIBYTE, path: large.id };
  return {
    ...withHistory(weeksOfUse()),
    library: new FakeLibrary({ models: [large, gemma, starterModel] }),
    downloads: new FakeDownloads({ stepMs: null, stepShare: 0.4 }),
    engine: { state: 'trouble', error: failure('model_too_large', details), model: named(large) },
    defaultModel: named(large),
  };
}

export function computing(hardware: Hardware, settings: Partial<HardwareSettings> = {}): Scenario {
  return { ...withHistory(weeksOfUse()), computing: new FakeHardware({ hardware, settings }) };
}

export function withAccount(account: Account): Scenario {
  return { ...withHistory(weeksOfUse()), network: new FakeNetwork({ account }) };
}

/** The newest conversation has a model of its own. */
export function ownModel(): Scenario {
  const history = weeksOfUse();
  const newest = history.summaries()[0];
  if (newest !== undefined) history.setModel(newest.id, named(gemma));
  return { ...withHistory(history), library: collectedLibrary(seconds()), chosenFile: named(gemma) };
}

export function ready(model: ModelInfo): EngineState {
  return { state: 'ready', model };
}

export function resting(): EngineState {
  return { state: 'resting', model: starterNamed };
}

export function loading(fraction: number): EngineState {
  return { state: 'loading', model: starterNamed, fraction };
}

export function failing(
  call: keyof Scenario['failures'],
  code: ErrorCode,
  details: Partial<AppError['details']> = {},
): Scenario {
  return { ...withHistory(weeksOfUse()), failures: { [call]: failure(code, details) } };
}

export function trouble(code: ErrorCode, details: Partial<AppError['details']> = {}): Scenario {
  const engine: EngineState = {
    state: 'trouble',
    error: failure(code, details),
    model: mistral,
  };
  return { ...withHistory(weeksOfUse()), engine, defaultModel: mistral };
}
