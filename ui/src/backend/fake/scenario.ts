import type { Backend } from '../backend';
import type {
  About,
  AnswerState,
  AnswerStats,
  AppError,
  EngineState,
  NamedModel,
  Settings,
} from '../bindings';
import type { FakeDiscover } from './discover';
import type { FakeDownloads } from './downloads';
import type { FakeHardware } from './hardware';
import type { FakeHistory } from './history';
import type { FakeLibrary } from './library';
import type { FakeNetwork } from './network';

/** Everything the fake backend does, as data. */
export interface Scenario {
  history: FakeHistory;
  newChatDraft: string;
  settings: Settings;
  engine: EngineState;
  defaultModel: NamedModel;
  /** The engine after "Try again". */
  mended: EngineState;
  /** What the person chooses in the system's dialog. */
  chosenFile: NamedModel | null;
  /** What the app was started with. */
  openedFile: NamedModel | null;
  about: About;
  messageLimitCharacters: number;
  answer: (question: string) => ScriptedAnswer;
  /** What the model refuses every message with, if it does. */
  refusal: AppError | null;
  discover: FakeDiscover;
  downloads: FakeDownloads;
  library: FakeLibrary;
  network: FakeNetwork;
  computing: FakeHardware;
  /** How long it takes to load another model. */
  loadingMs: number;
  /** Calls that fail, and how. */
  failures: Partial<Record<keyof Backend, AppError | null>>;
  /** Calls that take their time. */
  delayMs: Partial<Record<keyof Backend, number>>;
}

/** How one answer comes about. */
export interface ScriptedAnswer {
  /** `[tokens read, tokens in all]`, one after the other, before the first text. */
  reading: [number, number][];
  readingMs: number;
  text: string;
  charactersPerDelta: number;
  deltaMs: number;
  /** How it ends; `never` leaves it writing, for pictures and for tests that stop it. */
  end: AnswerState | 'never';
  stats: AnswerStats | null;
  /** The title a new conversation gets from this exchange. */
  title: string | null;
}
