/** Everything behind the page once it has started: one object per area, and what connects them. */
import type { Backend } from './backend/backend';
import type {
  About,
  AppError,
  Bootstrap,
  Download,
  EngineState,
  FolderMove,
  LocalModelId,
  NamedModel,
} from './backend/bindings';
import { Announcer } from './chat/announcer.svelte';
import { Chat } from './chat/chat.svelte';
import type { Thread } from './chat/thread.svelte';
import { asAppError, type Remedy } from './errors/explain';
import { Links } from './links/links.svelte';
import { Model, stateFor, type ModelState } from './model/model.svelte';
import { Downloads } from './models/downloads/downloads.svelte';
import { LocalModels } from './models/library/library.svelte';
import { ModelsFolder } from './models/library/modelsFolder.svelte';
import { Models, type ModelsTab } from './models/models.svelte';
import { Notices } from './notices/notices.svelte';
import * as m from './paraglide/messages';
import { ThisComputer } from './settings/hardware/thisComputer.svelte';
import { SignedIn } from './settings/account.svelte';
import { Preferences } from './settings/preferences.svelte';

export type Screen = 'chat' | 'models' | 'settings';

/** A part of Settings that something else may lead to; its heading has the id `settings-<part>`. */
export type SettingsPart = 'account' | 'hardware' | 'network' | 'storage';

/** Where the focus belongs after a way from one screen to another. */
export type Arrival = { at: 'composer' } | { at: 'heading'; id: string | null };

/** Any plain page will do: a network that wants a login answers in its place. An encrypted one could not be replaced. */
const LOGIN_PAGE_BAIT = 'http://example.com/';

export class Page {
  screen = $state<Screen>('chat');
  /** The last way taken; the frame moves the focus whenever it changes. */
  arrival = $state.raw<Arrival | null>(null);
  /** A model file is being dragged over the window. */
  isModelDragged = $state(false);

  readonly announcer = new Announcer();
  readonly notices = new Notices();
  readonly chat: Chat;
  readonly links: Links;
  readonly model: Model;
  readonly models: Models;
  readonly downloads: Downloads;
  readonly localModels: LocalModels;
  readonly modelsFolder: ModelsFolder;
  readonly signedIn: SignedIn;
  readonly thisComputer: ThisComputer;
  readonly preferences: Preferences;
  readonly about: About;
  readonly messageLimitCharacters: number;
  readonly backend: Backend;
  /** The model that came with the app. */
  readonly starter: NamedModel;

  constructor(backend: Backend, bootstrap: Bootstrap) {
    this.backend = backend;
    this.preferences = new Preferences(backend, this.notices, bootstrap.settings);
    this.model = new Model(backend, this.notices, bootstrap.engine, bootstrap.default_model);
    this.links = new Links(backend, this.notices);
    this.downloads = new Downloads(backend, this.notices, bootstrap.downloads, ({ name, state }) => {
      const ready = m.model_ready_notice({ name });
      this.notices.done(ready, {
        actions: [{ label: m.model_use(), run: () => void this.useModel({ id: state.model, name }) }],
        stays: true,
      });
      // For whoever is not looking. That a system shows none is no trouble: the notice is there.
      backend.notify(ready, m.model_ready_notification()).catch(() => undefined);
    });
    this.localModels = new LocalModels(backend, this.notices);
    this.modelsFolder = new ModelsFolder(backend, this.notices, bootstrap.folder_move);
    this.signedIn = new SignedIn(backend, (change) => {
      if (change === 'hub') this.models.discover.hubChanged();
      else this.models.discover.lookAgain();
    });
    this.thisComputer = new ThisComputer(backend, this.notices);
    this.models = new Models(backend, this.downloads);
    this.chat = new Chat(
      backend,
      this.notices,
      this.announcer,
      bootstrap.conversations,
      bootstrap.new_chat_draft,
    );
    this.about = bootstrap.about;
    this.messageLimitCharacters = bootstrap.message_limit_characters;
    this.starter = bootstrap.starter_model;
    this.#goOnWhereItEnded(bootstrap);
    void this.thisComputer.learn();
  }

  receiveEngineState(state: EngineState): void {
    this.model.state = state;
    // What is free for a model was told while another was coming or going.
    if (state.state === 'ready' || state.state === 'resting' || state.state === 'trouble') {
      this.models.discover.measureAgain();
    }
  }

  receiveDownloads(list: Download[]): void {
    this.downloads.receive(list);
  }

  receiveLibraryChange(): void {
    this.localModels.changed();
    this.models.discover.lookAgain();
  }

  receiveFolderMove(state: FolderMove): void {
    this.modelsFolder.receive(state);
    // Every model is in another place now.
    if (state.state === 'moved') this.localModels.changed();
  }

  receiveHardwareChange(): void {
    this.thisComputer.changed();
  }

  receiveDefaultModel(model: NamedModel | null): void {
    if (model !== null) this.model.usual = model;
  }

  /** A file was dropped on the window or opened in the file manager, perhaps before the page was there. */
  async receiveOpenedModel(): Promise<void> {
    await this.#useOpened(() => this.backend.openedModel());
  }

  /** Lets the person choose a file, and uses its model. */
  async openModelFile(): Promise<void> {
    await this.#useOpened(() => this.backend.openModelFile());
  }

  openChat(): void {
    this.#go('chat', { at: 'composer' });
  }

  openModels(tab?: ModelsTab): void {
    if (tab !== undefined) this.models.tab = tab;
    this.#go('models', { at: 'heading', id: null });
  }

  openSettings(part: SettingsPart | null = null): void {
    this.#go('settings', { at: 'heading', id: part === null ? null : `settings-${part}` });
  }

  /** In the open conversation, or for new ones; and goes there. */
  async useModel(model: NamedModel): Promise<void> {
    // What is read of a conversation meanwhile would not know of its new model.
    await this.chat.settled;
    const conversation = this.chat.openId;
    // At once, and taken back if it is refused.
    const takeBack =
      conversation === null ? this.#setUsual(model) : this.chat.chooseModel(conversation, model);
    try {
      await this.backend.useModel({ conversation, model: model.id });
      this.openChat();
    } catch (reason) {
      takeBack();
      this.notices.failed(asAppError(reason));
    }
  }

  /** The model as `thread` sees it. */
  modelOf(thread: Thread): ModelState {
    return stateFor(this.model.state, thread.model ?? this.model.usual);
  }

  /** Does what a button beside the explanation of `error` promises. */
  async mend(remedy: Remedy, error: AppError): Promise<void> {
    switch (remedy) {
      case 'reload_model':
        return this.model.reload();
      case 'open_model_file':
        return this.openModelFile();
      case 'use_starter_model':
        return this.useModel(this.starter);
      case 'open_data_folder':
        return this.openDataFolder();
      case 'stop_other_answer':
        return this.chat.stopAll();
      case 'open_models':
        this.models.discover.close();
        this.openModels('discover');
        return;
      case 'choose_model':
        this.openModels('library');
        return;
      case 'find_smaller_model':
        return this.#findSmaller(error.details.path);
      case 'open_hardware':
        this.openSettings('hardware');
        return;
      case 'free_space':
        this.openModels('library');
        return;
      case 'choose_folder':
        this.openModels('library');
        return this.modelsFolder.choose();
      case 'sign_in':
        this.openSettings('account');
        return;
      case 'open_page':
        if (error.details.address !== null) this.links.ask(error.details.address, 'hearth');
        return;
      case 'open_login_page':
        this.openLoginPage();
    }
  }

  openLoginPage(): void {
    this.links.ask(LOGIN_PAGE_BAIT, 'hearth');
  }

  async openDataFolder(): Promise<void> {
    try {
      await this.backend.openDataFolder();
    } catch (reason) {
      this.notices.failed(asAppError(reason));
    }
  }

  /** Returns whether the text is on the clipboard now. */
  async copy(text: string): Promise<boolean> {
    try {
      await this.backend.copyText(text);
      return true;
    } catch (reason) {
      this.notices.failed(asAppError(reason));
      return false;
    }
  }

  /** The sizes of the same model, where it is known from where it came; else whatever runs here. */
  async #findSmaller(tooLarge: LocalModelId | null): Promise<void> {
    const { discover } = this.models;
    discover.close();
    this.openModels('discover');
    if (tooLarge === null) return;
    if (this.localModels.looked.kind !== 'known') await this.localModels.look();
    const repo = this.localModels.find(tooLarge)?.repo ?? null;
    // Whoever has gone on meanwhile is not called back.
    const isThere = this.screen === 'models' && this.models.tab === 'discover' && discover.visit === null;
    if (repo !== null && isThere) discover.open({ repo, revision: null, file: null, tag: null });
  }

  async #useOpened(ask: () => Promise<NamedModel | null>): Promise<void> {
    try {
      const model = await ask();
      if (model !== null) await this.useModel(model);
    } catch (reason) {
      this.notices.failed(asAppError(reason));
    }
  }

  /** Returns what takes it back. */
  #setUsual(model: NamedModel): () => void {
    const before = this.model.usual;
    this.model.usual = model;
    return () => (this.model.usual = before);
  }

  #go(screen: Screen, arrival: Arrival): void {
    if (screen !== 'chat') this.chat.drafts.flush();
    this.screen = screen;
    this.arrival = arrival;
  }

  /** Whoever comes back finds the conversation last worked on, unless a new one was being written. */
  #goOnWhereItEnded({ conversations, new_chat_draft }: Bootstrap): void {
    const newest = conversations[0];
    if (newest !== undefined && new_chat_draft.trim() === '') void this.chat.show(newest.id);
  }
}
