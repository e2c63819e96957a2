/**
 * The twin of the real backend: keeps everything in memory and answers from a script. What it does is decided by a
 * [`Scenario`] alone, so a test or a picture says what it needs by naming one.
 */
import type { Backend } from './backend';
import type {
  AccountState,
  AnswerEvent,
  AnswerState,
  AppError,
  Bootstrap,
  Conversation,
  ConversationId,
  ConversationSummary,
  Download,
  DownloadId,
  DownloadRequest,
  EngineState,
  FolderMove,
  FolderPlan,
  FoundModels,
  Hardware,
  HardwareSettings,
  Library,
  LocalModelId,
  MessageId,
  ModelAddress,
  ModelCard,
  ModelForConversation,
  ModelPage,
  ModelQuery,
  NamedModel,
  NetworkSettings,
  Presence,
  Recommendations,
  RemovalId,
  RemovalPlan,
  RemovedModel,
  Settings,
  SignedOut,
  SmallerBuild,
} from './bindings';
import { FakeAnswers, pause } from './fake/answers';
import type { FakeDiscover } from './fake/discover';
import type { FakeDownloads } from './fake/downloads';
import { FakeEngine } from './fake/engine';
import type { FakeHardware } from './fake/hardware';
import { seconds, type FakeHistory } from './fake/history';
import { localModel, named, starterNamed, type FakeLibrary } from './fake/library';
import { listen } from './fake/listen';
import type { FakeNetwork } from './fake/network';
import type { Scenario, ScriptedAnswer } from './fake/scenario';
import { smallerBuilds } from './fake/smaller';

/** A call that a test may want to look at: which, and with what. */
export interface Call {
  name: keyof Backend;
  arguments: unknown[];
}

export class FakeBackend implements Backend {
  /** Every call in order, for tests that state what the page asks for. */
  readonly calls: Call[] = [];
  readonly history: FakeHistory;
  readonly discover: FakeDiscover;
  readonly downloads: FakeDownloads;
  readonly localModels: FakeLibrary;
  readonly network: FakeNetwork;
  readonly computing: FakeHardware;

  #scenario: Scenario;
  #settings: Settings;
  #engine: FakeEngine;
  #newChatDraft: string;
  #dragListeners = new Set<(isOver: boolean) => void>();
  #openedListeners = new Set<() => void>();
  #defaultListeners = new Set<(model: NamedModel | null) => void>();
  #opened: NamedModel | AppError | null;
  #defaultModel: NamedModel;
  #answers: FakeAnswers;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.history = scenario.history;
    this.#engine = new FakeEngine(scenario.engine, scenario.loadingMs);
    this.#answers = new FakeAnswers(this.history, () => this.#modelReady());
    this.#settings = scenario.settings;
    this.#defaultModel = scenario.defaultModel;
    this.#opened = scenario.openedFile;
    this.#newChatDraft = scenario.newChatDraft;
    this.discover = scenario.discover;
    this.downloads = scenario.downloads;
    this.localModels = scenario.library;
    this.network = scenario.network;
    this.computing = scenario.computing;
    this.discover.presence = (repo, file) => this.#presence(repo, file);
    this.discover.isSignedIn = () => this.network.isSignedIn;
    this.downloads.place = (download) => this.#place(download);
    this.downloads.begin();
  }

  /** A model file comes over the window, or leaves it. */
  setModelDrag(isOver: boolean): void {
    for (const listener of this.#dragListeners) listener(isOver);
  }

  /** A model file is dropped on the window or opened in the file manager; an error says why it cannot be used. */
  openFile(opened: NamedModel | AppError): void {
    this.#opened = opened;
    for (const listener of this.#openedListeners) listener();
  }

  /** Another model answers where none was chosen. */
  setDefaultModel(model: NamedModel): void {
    this.#defaultModel = model;
    for (const listener of this.#defaultListeners) listener(structuredClone(model));
  }

  /** What the engine would tell: the page hears of it at once. */
  setEngine(state: EngineState): void {
    this.#engine.set(state);
  }

  /** From now on this call fails with `error`; `null` lets it work again. */
  setFailure(call: keyof Backend, error: AppError | null): void {
    this.#scenario.failures[call] = error;
  }

  /** Ends the answer that is being written as an accident would. */
  endAnswer(state: AnswerState): void {
    this.#answers.endAll(state);
  }

  /** How the next answers are written. */
  setAnswer(answer: ScriptedAnswer): void {
    this.#scenario.answer = () => answer;
  }

  async bootstrap(): Promise<Bootstrap> {
    await this.#call('bootstrap');
    return structuredClone({
      conversations: this.history.summaries(),
      new_chat_draft: this.#newChatDraft,
      settings: this.#settings,
      engine: this.#engine.state,
      default_model: this.#defaultModel,
      starter_model: starterNamed,
      about: this.#scenario.about,
      message_limit_characters: this.#scenario.messageLimitCharacters,
      downloads: this.downloads.list,
      folder_move: this.localModels.folderMove,
    });
  }

  onEngineState(listener: (state: EngineState) => void): Promise<() => void> {
    return listen(this.#engine.listeners, listener);
  }

  onDefaultModel(listener: (model: NamedModel | null) => void): Promise<() => void> {
    return listen(this.#defaultListeners, listener);
  }

  async openConversation(id: ConversationId): Promise<Conversation> {
    // As it is when it is asked for, however long the answer takes.
    const found = this.history.conversation(id);
    await this.#call('openConversation', id);
    return found;
  }

  async renameConversation(id: ConversationId, title: string): Promise<ConversationSummary> {
    await this.#call('renameConversation', id, title);
    this.history.change(id, { title });
    return this.history.summary(id);
  }

  async deleteConversation(id: ConversationId): Promise<void> {
    await this.#call('deleteConversation', id);
    this.history.setDeleted(id, true);
  }

  async restoreConversation(id: ConversationId): Promise<ConversationSummary> {
    await this.#call('restoreConversation', id);
    this.history.setDeleted(id, false);
    return this.history.summary(id);
  }

  async saveDraft(id: ConversationId | null, text: string): Promise<void> {
    await this.#call('saveDraft', id, text);
    if (id === null) this.#newChatDraft = text;
    else this.history.setDraft(id, text);
  }

  async send(
    conversation: ConversationId | null,
    parent: MessageId | null,
    text: string,
    onEvent: (event: AnswerEvent) => void,
  ): Promise<void> {
    await this.#call('send', conversation, parent, text);
    const script = this.#scenario.answer(text);
    const now = seconds();
    const id = conversation ?? this.history.addConversation(null, now);
    const leafBefore = this.history.leaf(id);
    const question = this.history.addMessage(id, parent, { role: 'user', text }, now);
    const answer = this.#answers.begin(id, question, script, onEvent);
    if (this.#scenario.refusal === null) return;
    this.#answers.abandon(answer);
    this.history.takeBack(id, leafBefore);
    if (conversation === null) this.history.setDeleted(id, true);
    onEvent({
      type: 'refused',
      error: this.#scenario.refusal,
      text,
      conversation: conversation === null ? null : this.history.conversation(id),
    });
  }

  async tryAgain(answer: MessageId, onEvent: (event: AnswerEvent) => void): Promise<void> {
    await this.#call('tryAgain', answer);
    const { parent } = this.history.message(answer);
    this.#answers.begin(this.history.conversationOf(answer), parent, this.#scenario.answer(''), onEvent);
  }

  async continueAnswer(answer: MessageId, onEvent: (event: AnswerEvent) => void): Promise<void> {
    await this.#call('continueAnswer', answer);
    this.#answers.write(this.history.conversationOf(answer), answer, this.#scenario.answer(''), onEvent);
  }

  async stop(answer: MessageId): Promise<void> {
    await this.#call('stop', answer);
    this.#answers.end(answer, { state: 'stopped' });
  }

  async prepare(conversation: ConversationId | null, parent: MessageId | null, text: string): Promise<void> {
    await this.#call('prepare', conversation, parent, text);
  }

  async switchBranch(message: MessageId): Promise<Conversation> {
    await this.#call('switchBranch', message);
    this.history.activate(message);
    return this.history.conversation(this.history.conversationOf(message));
  }

  async openModelFile(): Promise<NamedModel | null> {
    await this.#call('openModelFile');
    return this.#scenario.chosenFile;
  }

  onModelOpened(listener: () => void): Promise<() => void> {
    return listen(this.#openedListeners, listener);
  }

  async openedModel(): Promise<NamedModel | null> {
    await this.#call('openedModel');
    const opened = this.#opened;
    this.#opened = null;
    if (opened !== null && 'code' in opened) throw opened;
    return opened;
  }

  async reloadModel(): Promise<void> {
    await this.#call('reloadModel');
    this.setEngine(this.#scenario.mended);
  }

  async smallerBuilds(model: LocalModelId): Promise<SmallerBuild[]> {
    await this.#call('smallerBuilds', model);
    const { models } = this.localModels;
    return smallerBuilds(this.localModels.find(model), models, this.discover.recommendations().models);
  }

  async recommendations(): Promise<Recommendations> {
    await this.#call('recommendations');
    return this.discover.recommendations();
  }

  async searchModels(query: ModelQuery, next: string | null): Promise<FoundModels | null> {
    await this.#call('searchModels', query, next);
    return this.discover.search(query, next);
  }

  async findAddress(text: string): Promise<ModelAddress | null> {
    await this.#call('findAddress', text);
    return this.discover.address(text);
  }

  async modelPage(address: ModelAddress): Promise<ModelPage> {
    await this.#call('modelPage', address);
    return this.discover.page(address);
  }

  async modelCard(repo: string, commit: string): Promise<ModelCard | null> {
    await this.#call('modelCard', repo, commit);
    return this.discover.card(repo);
  }

  onDownloads(listener: (downloads: Download[]) => void): Promise<() => void> {
    return listen(this.downloads.listeners, listener);
  }

  async startDownload(request: DownloadRequest): Promise<Download> {
    await this.#call('startDownload', request);
    return this.downloads.start(request, this.discover.wanted(request.repo, request.file));
  }

  async pauseDownload(id: DownloadId): Promise<void> {
    await this.#call('pauseDownload', id);
    this.downloads.pause(id);
  }

  async resumeDownload(id: DownloadId): Promise<void> {
    await this.#call('resumeDownload', id);
    this.downloads.resume(id);
  }

  async cancelDownload(id: DownloadId): Promise<void> {
    await this.#call('cancelDownload', id);
    this.downloads.cancel(id);
  }

  async moveDownload(id: DownloadId, before: DownloadId | null): Promise<void> {
    await this.#call('moveDownload', id, before);
    this.downloads.move(id, before);
  }

  async library(): Promise<Library> {
    await this.#call('library');
    return this.localModels.state();
  }

  onLibraryChange(listener: () => void): Promise<() => void> {
    return listen(this.localModels.changeListeners, listener);
  }

  async planRemoval(model: LocalModelId): Promise<RemovalPlan> {
    await this.#call('planRemoval', model);
    return this.localModels.planRemoval(model);
  }

  async removeModel(model: LocalModelId): Promise<RemovedModel> {
    await this.#call('removeModel', model);
    return this.localModels.remove(model);
  }

  async undoRemoval(id: RemovalId): Promise<void> {
    await this.#call('undoRemoval', id);
    this.localModels.undoRemoval(id);
  }

  async freeRemoved(): Promise<void> {
    await this.#call('freeRemoved');
    this.localModels.freeRemoved();
  }

  async useModel(choice: ModelForConversation): Promise<void> {
    await this.#call('useModel', choice);
    const model = this.localModels.find(choice.model);
    if (choice.conversation === null) this.setDefaultModel(named(model));
    else this.history.setModel(choice.conversation, named(model));
    void this.#engine.load(model);
  }

  async revealModel(model: LocalModelId): Promise<void> {
    await this.#call('revealModel', model);
  }

  async chooseModelsFolder(): Promise<FolderPlan | null> {
    await this.#call('chooseModelsFolder');
    return structuredClone(this.localModels.plan);
  }

  async moveModelsFolder(): Promise<void> {
    await this.#call('moveModelsFolder');
    const { plan } = this.localModels;
    if (plan === null) return;
    const { folder, total_bytes } = plan;
    this.localModels.setFolderMove({ state: 'moving', done_bytes: 0, total_bytes, folder });
  }

  async stopFolderMove(): Promise<void> {
    await this.#call('stopFolderMove');
    this.localModels.setFolderMove({ state: 'idle' });
  }

  onFolderMove(listener: (state: FolderMove) => void): Promise<() => void> {
    return listen(this.localModels.moveListeners, listener);
  }

  onModelDrag(listener: (isOver: boolean) => void): Promise<() => void> {
    return listen(this.#dragListeners, listener);
  }

  async notify(title: string, body: string): Promise<void> {
    await this.#call('notify', title, body);
  }

  async hardware(): Promise<Hardware> {
    await this.#call('hardware');
    return structuredClone(this.computing.hardware);
  }

  onHardwareChange(listener: () => void): Promise<() => void> {
    return listen(this.computing.listeners, listener);
  }

  async testHardware(): Promise<void> {
    await this.#call('testHardware');
    this.computing.test();
  }

  async hardwareSettings(): Promise<HardwareSettings> {
    await this.#call('hardwareSettings');
    return structuredClone(this.computing.settings);
  }

  async updateHardwareSettings(settings: HardwareSettings): Promise<HardwareSettings> {
    await this.#call('updateHardwareSettings', settings);
    return this.computing.update(settings);
  }

  async hardwareReport(): Promise<string> {
    await this.#call('hardwareReport');
    return this.computing.report();
  }

  async networkSettings(): Promise<NetworkSettings> {
    await this.#call('networkSettings');
    return structuredClone(this.network.settings);
  }

  async updateNetworkSettings(settings: NetworkSettings): Promise<NetworkSettings> {
    await this.#call('updateNetworkSettings', settings);
    return this.network.update(settings);
  }

  async account(): Promise<AccountState> {
    await this.#call('account');
    return this.network.account();
  }

  async signIn(token: string, host: string): Promise<AccountState> {
    await this.#call('signIn', token, host);
    return this.network.signIn(host);
  }

  async signOut(host: string): Promise<SignedOut> {
    await this.#call('signOut', host);
    return this.network.signOut(host);
  }

  async updateSettings(settings: Settings): Promise<void> {
    await this.#call('updateSettings', settings);
    this.#settings = settings;
  }

  async openLink(url: string): Promise<void> {
    await this.#call('openLink', url);
  }

  async openDataFolder(): Promise<void> {
    await this.#call('openDataFolder');
  }

  async copyText(text: string): Promise<void> {
    await this.#call('copyText', text);
  }

  async #call(name: keyof Backend, ...args: unknown[]): Promise<void> {
    this.calls.push({ name, arguments: args });
    await pause(this.#scenario.delayMs[name] ?? 0);
    const failure = this.#scenario.failures[name];
    if (failure != null) throw failure;
  }

  /** A message wakes a model that rests. */
  #modelReady(): Promise<void> {
    const { state } = this.#engine;
    if (state.state === 'resting') void this.#engine.load(this.localModels.find(state.model.id));
    return this.#engine.ready();
  }

  #presence(repo: string, file: string): Presence {
    const here = this.localModels.models.find((model) => model.repo === repo && model.id.endsWith(file));
    if (here !== undefined) return { presence: 'here', model: here.id };
    const download = this.downloads.of(repo, file);
    if (download === undefined || download.state.state === 'done') return { presence: 'absent' };
    return { presence: 'downloading', download: download.id };
  }

  /** What has arrived is a model on this computer. */
  #place({ repo, file, name, label, total_bytes }: Download): LocalModelId {
    const id = `/home/ada/.cache/huggingface/hub/models--${repo.replace('/', '--')}/snapshots/0123456/${file}`;
    this.localModels.add(localModel({ id, name, repo, size_bytes: total_bytes, quantization: label }));
    return id;
  }
}
