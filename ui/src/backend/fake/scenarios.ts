/** The named scenarios: what the harness, the tests and the pictures can ask for. */
import type { EngineState } from '../bindings';
import {
  collected,
  collectedLibrary,
  everyDownload,
  gemma,
  many,
  otherDownloads,
  threeComing,
} from './collection';
import { catalog } from './catalog';
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
} from './computers';
import { FakeDiscover } from './discover';
import { FakeDownloads } from './downloads';
import { failure } from './failure';
import { tinyComputer, underway } from './finding';
import { everyEnding, failedAnswer, thousands, weeksOfUse } from './histories';
import { seconds } from './history';
import { FakeLibrary, named } from './library';
import { ada, FakeNetwork } from './network';
import type { Scenario } from './scenario';
import { longAnswer } from './texts';
import {
  untemplated,
  guessedStats,
  mistral,
  smallerQwens,
  script,
  blank,
  withHistory,
  downloading,
  tooLarge,
  computing,
  withAccount,
  ownModel,
  ready,
  resting,
  loading,
  failing,
  trouble,
} from './situations';

const scenarios = {
  /** The very first start: the starter model is ready, nothing was ever said. */
  'first-start': () => blank(),
  /** The same while other programs have nearly all memory: no model is praised. */
  'first-start-busy': () => ({
    ...blank(),
    discover: new FakeDiscover({ catalog: catalog.map((model) => ({ ...model, praise: null })) }),
  }),
  /** The same, and what is recommended takes a moment. */
  'first-start-slow-hint': () => ({ ...blank(), delayMs: { recommendations: 500 } }),
  /** A first start on a slow disk: the model is still coming. */
  'first-start-loading': () => ({ ...blank(), engine: loading(0.42) }),
  'first-start-starting': () => ({ ...blank(), engine: { state: 'starting' } satisfies EngineState }),
  /** Some weeks of use. */
  full: () => withHistory(weeksOfUse()),
  /** Some weeks of use; a model without a chat template of its own is loaded. */
  'default-template': () => ({
    ...withHistory(weeksOfUse()),
    engine: ready(untemplated),
    defaultModel: { id: untemplated.path, name: untemplated.name },
  }),
  loading: () => ({ ...withHistory(weeksOfUse()), engine: loading(0.68) }),
  starting: () => ({ ...withHistory(weeksOfUse()), engine: { state: 'starting' } satisfies EngineState }),
  /** The newest conversation shows every way an answer can end. */
  endings: () => withHistory(everyEnding()),
  /** Sent messages are read for a while and then answered, and the answer stays unfinished. */
  writing: () => ({ ...withHistory(weeksOfUse()), answer: () => script({ end: 'never' }) }),
  /** The prompt is being read, and stays so. */
  reading: () => ({
    ...withHistory(weeksOfUse()),
    answer: () => script({ reading: [[1640, 4100]], text: '', end: 'never' }),
  }),
  /** Answers of about 5,000 words at sixty pieces a second. */
  'long-answer': () => ({
    ...blank(),
    answer: () => script({ text: longAnswer(), charactersPerDelta: 60, deltaMs: 16, title: 'The old map' }),
  }),
  /** Everything takes its time. */
  slow: () => ({
    ...withHistory(weeksOfUse()),
    delayMs: {
      bootstrap: 600,
      openConversation: 1500,
      send: 1200,
      renameConversation: 800,
      deleteConversation: 800,
    },
    answer: () =>
      script({
        reading: [
          [300, 1200],
          [700, 1200],
          [1200, 1200],
        ],
        readingMs: 400,
        deltaMs: 60,
      }),
  }),
  /** The bootstrap takes for ever: the first picture before anything is known. */
  'bootstrap-pending': () => ({ ...blank(), delayMs: { bootstrap: 3_600_000 } }),
  'bootstrap-history-damaged': () =>
    failing('bootstrap', 'history_damaged', { path: '/home/ada/.local/share/hearth/hearth.db' }),
  'bootstrap-read-only': () => failing('bootstrap', 'read_only', { path: '/home/ada/.local/share/hearth' }),
  'bootstrap-disk-full': () => failing('bootstrap', 'disk_full'),
  'bootstrap-internal': () => failing('bootstrap', 'internal'),
  'send-disk-full': () => failing('send', 'disk_full'),
  'send-read-only': () => failing('send', 'read_only', { path: '/home/ada/.local/share/hearth' }),
  'send-already-answering': () => failing('send', 'already_answering'),
  'send-model-not-ready': () => failing('send', 'model_not_ready'),
  'send-refused': () => ({
    ...blank(),
    refusal: failure('message_too_long', { amount: 9120, limit: 7600 }),
  }),
  'send-internal': () => failing('send', 'internal'),
  'open-internal': () => failing('openConversation', 'internal'),
  'open-not-found': () => failing('openConversation', 'not_found'),
  'rename-disk-full': () => failing('renameConversation', 'disk_full'),
  'delete-read-only': () =>
    failing('deleteConversation', 'read_only', { path: '/home/ada/.local/share/hearth' }),
  'settings-read-only': () =>
    failing('updateSettings', 'read_only', { path: '/home/ada/.local/share/hearth' }),
  'trouble-engine-crashed': () => trouble('engine_crashed'),
  'trouble-engine-unavailable': () => trouble('engine_unavailable'),
  'trouble-model-missing': () =>
    trouble('model_missing', { path: '/media/stick/mistral-7b-instruct.Q4_K_M.gguf' }),
  'trouble-model-damaged': () =>
    trouble('model_damaged', { path: '/home/ada/Downloads/mistral-7b-instruct.Q4_K_M.gguf' }),
  'trouble-model-unsupported': () =>
    trouble('model_unsupported', { path: '/home/ada/Downloads/whisper-small.gguf' }),
  'trouble-out-of-memory': () => trouble('out_of_memory'),
  /** Two smaller builds of it can be downloaded. */
  'trouble-model-too-large': () => tooLarge(),
  /** Two smaller builds of it are here, and one can be downloaded. */
  'trouble-model-too-large-here': () => {
    const scenario = tooLarge();
    for (const build of smallerQwens) scenario.library.add(build);
    return scenario;
  },
  /** It came from nowhere that is known, and nothing like it is here. */
  'trouble-model-too-large-alone': () => tooLarge({ repo: null }),
  'trouble-model-too-large-pending': () => ({ ...tooLarge(), delayMs: { smallerBuilds: 3_600_000 } }),
  'trouble-model-too-large-unknown': () => ({
    ...tooLarge(),
    failures: { smallerBuilds: failure('internal') },
  }),
  'trouble-engine-stuck': () => trouble('engine_stuck'),
  'trouble-graphics-lost': () => trouble('graphics_lost'),
  'trouble-model-crashes': () => trouble('model_crashes', { path: mistral.id }),
  /** The last answer ended because the graphics went away. */
  'answer-graphics-lost': () => withHistory(failedAnswer(failure('graphics_lost'))),
  'answer-engine-stuck': () => withHistory(failedAnswer(failure('engine_stuck'))),
  /** The next answer comes with all that there is to know about one. */
  'answer-guessed': () => ({ ...withHistory(weeksOfUse()), answer: () => script({ stats: guessedStats }) }),
  /** Nobody has asked for a while. */
  resting: () => ({ ...withHistory(weeksOfUse()), engine: resting() }),
  'first-start-resting': () => ({ ...blank(), engine: resting() }),
  'hardware-untried': () => computing(untried()),
  'hardware-cuda': () => computing(cuda()),
  'hardware-two-cards': () => computing(twoCards()),
  'hardware-wrong-results': () => computing(vulkanFailed({ outcome: 'wrong_results' })),
  'hardware-crashed': () => computing(vulkanFailed({ outcome: 'crashed' })),
  'hardware-timed-out': () => computing(vulkanFailed({ outcome: 'timed_out' })),
  'hardware-quarantined': () => computing(vulkanFailed({ outcome: 'quarantined' })),
  'hardware-software': () => computing(softwareGraphics()),
  'hardware-slow-graphics': () => computing(slowGraphics()),
  'hardware-testing': () => computing(testing()),
  'hardware-chosen-failed': () => computing(chosenFailed({ outcome: 'crashed' }), { path: 'vulkan' }),
  /** Somebody has decided everything. */
  'hardware-decided': () =>
    computing(
      { ...cuda(), reason: { reason: 'chosen' } },
      {
        path: 'cuda',
        context_tokens: 12_000,
        threads: 4,
        gpu_layers: 34,
        kv_cache: 'q8_0',
        unload_after_minutes: 45,
        read_ahead: false,
      },
    ),
  'hardware-pending': () => ({ ...withHistory(weeksOfUse()), delayMs: { hardware: 3_600_000 } }),
  'hardware-failed': () => failing('hardware', 'internal'),
  'hardware-read-only': () =>
    failing('updateHardwareSettings', 'read_only', { path: '/home/ada/.local/share/hearth' }),
  'read-ahead-off': () => computing(processorOnly(), { read_ahead: false }),
  /** Five thousand conversations: the list must stay quick. */
  thousands: () => withHistory(thousands()),
  /** Models of several programs, some of them not in order. */
  collected: () => ({ ...withHistory(weeksOfUse()), library: collectedLibrary(seconds()) }),
  /** The newest conversation goes on with another model than the one that is loaded. */
  'conversation-model': ownModel,
  'opened-at-start': () => ({
    ...withHistory(weeksOfUse()),
    library: collectedLibrary(seconds()),
    openedFile: named(gemma),
    delayMs: { openConversation: 300 },
  }),
  'many-models': () => ({
    ...withHistory(weeksOfUse()),
    library: new FakeLibrary({ models: many(seconds()) }),
  }),
  'library-loading': () => ({ ...withHistory(weeksOfUse()), delayMs: { library: 3_600_000 } }),
  'library-failed': () => failing('library', 'internal'),
  'folder-full': () => ({
    ...withHistory(weeksOfUse()),
    library: new FakeLibrary({
      models: collected(seconds()),
      plan: { folder: '/media/stick/models', total_bytes: 3_694_445_696, free_bytes: 2_100_000_000 },
    }),
  }),
  /** A download in every state. None gets on by itself. */
  downloads: () => downloading(everyDownload()),
  /** The rest of what can hold a download up. */
  'downloads-other': () => downloading(otherDownloads()),
  /** Downloads whose order can be changed. */
  'downloads-order': () => downloading(threeComing()),
  'account-signed-in': () => withAccount(ada),
  'account-not-kept': () => withAccount({ ...ada, is_kept: false }),
  /** Somebody whose token is in a keychain that nobody unlocks. */
  'account-locked': () => ({
    ...withHistory(weeksOfUse()),
    network: new FakeNetwork({ account: ada, isLocked: true }),
  }),
  'token-unknown': () => ({
    ...withHistory(weeksOfUse()),
    network: new FakeNetwork({ signsInAs: null }),
  }),
  /** A mirror and a proxy, as in a company. */
  'company-network': () => ({
    ...withHistory(weeksOfUse()),
    network: new FakeNetwork({
      settings: {
        endpoint: 'https://models.example.com',
        proxy: 'chosen',
        proxy_address: 'http://proxy.example.com:8080',
      },
    }),
  }),
  'settings-partly-failed': () => ({
    ...withHistory(weeksOfUse()),
    failures: {
      account: failure('internal'),
      networkSettings: failure('internal'),
      library: failure('internal'),
      hardware: failure('internal'),
    },
  }),
  'german-model-too-large': () => ({ ...tooLarge(), settings: { theme: 'system', language: 'de' } }),
  german: () => ({ ...withHistory(weeksOfUse()), settings: { theme: 'system', language: 'de' } }),
  'german-hardware': () => ({
    ...computing(vulkanFailed({ outcome: 'wrong_results' })),
    settings: { theme: 'system', language: 'de' },
  }),
  'german-cuda': () => ({ ...computing(cuda()), settings: { theme: 'system', language: 'de' } }),
  'german-resting': () => ({
    ...withHistory(weeksOfUse()),
    engine: resting(),
    settings: { theme: 'system', language: 'de' },
  }),
  'german-models': () => ({
    ...downloading(everyDownload()),
    library: collectedLibrary(seconds()),
    settings: { theme: 'system', language: 'de' },
  }),
  /** Nothing runs on this computer: it has hardly any memory. */
  'discover-none-fits': () => ({ ...withHistory(weeksOfUse()), discover: new FakeDiscover(tinyComputer()) }),
  'discover-failed': () => failing('recommendations', 'internal'),
  'discover-pending': () => ({ ...withHistory(weeksOfUse()), delayMs: { recommendations: 3_600_000 } }),
  /** Downloads in every state stand still at the recommended models. */
  'discover-downloading': () => ({
    ...withHistory(weeksOfUse()),
    downloads: new FakeDownloads({ list: underway(), stepMs: null }),
  }),
  'search-pending': () => ({ ...withHistory(weeksOfUse()), delayMs: { searchModels: 3_600_000 } }),
  'search-offline': () => failing('searchModels', 'offline'),
  'search-login-page': () => failing('searchModels', 'login_page'),
  'search-rate-limited': () => failing('searchModels', 'rate_limited', { seconds: 42 }),
  'search-trouble': () => failing('searchModels', 'hub_trouble'),
  'page-pending': () => ({ ...withHistory(weeksOfUse()), delayMs: { modelPage: 3_600_000 } }),
  'page-offline': () => failing('modelPage', 'offline'),
  'page-card-pending': () => ({ ...withHistory(weeksOfUse()), delayMs: { modelCard: 3_600_000 } }),
  'page-card-failed': () => failing('modelCard', 'offline'),
} satisfies Record<string, () => Scenario>;

export type ScenarioName = keyof typeof scenarios;

export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}

export function scenario(name: ScenarioName): Scenario {
  return scenarios[name]();
}
