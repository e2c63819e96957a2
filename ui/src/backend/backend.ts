/**
 * Everything the page can ask for, and everything it is told. `tauri.ts` is the real one, `fake.ts` its twin
 * for tests and pictures: each screen can be built and tested without an engine, a database or a window.
 *
 * A call that fails rejects with an `AppError`.
 */
import type {
  AccountState,
  AnswerEvent,
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
  Recommendations,
  RemovalId,
  RemovalPlan,
  RemovedModel,
  Settings,
  SignedOut,
  SmallerBuild,
} from './bindings';

export interface Backend {
  /** All that the first picture needs, in one call. */
  bootstrap(): Promise<Bootstrap>;
  /** Calls back on every change of the engine, until the returned function is called. */
  onEngineState(listener: (state: EngineState) => void): Promise<() => void>;
  /** Who answers where no model was chosen; `null` while that is not known. */
  onDefaultModel(listener: (model: NamedModel | null) => void): Promise<() => void>;

  openConversation(id: ConversationId): Promise<Conversation>;
  renameConversation(id: ConversationId, title: string): Promise<ConversationSummary>;
  /** Takes it out of the list. `restoreConversation` brings it back. */
  deleteConversation(id: ConversationId): Promise<void>;
  restoreConversation(id: ConversationId): Promise<ConversationSummary>;
  /** `null` stands for the chat not yet begun. */
  saveDraft(id: ConversationId | null, text: string): Promise<void>;

  /**
   * Stores the question as a child of `parent` (`null`: as a first message; with `conversation` also `null`: of a new
   * conversation) and has it answered. Resolves once both are stored; the answer comes through `onEvent`. Editing is
   * sending with the edited message's parent.
   */
  send(
    conversation: ConversationId | null,
    parent: MessageId | null,
    text: string,
    onEvent: (event: AnswerEvent) => void,
  ): Promise<void>;
  /** A new sibling of `answer`. */
  tryAgain(answer: MessageId, onEvent: (event: AnswerEvent) => void): Promise<void>;
  /** Goes on writing an answer that was cut, stopped or interrupted. */
  continueAnswer(answer: MessageId, onEvent: (event: AnswerEvent) => void): Promise<void>;
  stop(answer: MessageId): Promise<void>;
  /**
   * Reads ahead what is certain already of a question that is being written, as `send` will be given it. Does nothing
   * if there is something else to do.
   */
  prepare(conversation: ConversationId | null, parent: MessageId | null, text: string): Promise<void>;
  /** Makes the branch that `message` is on the active one, down to its newest leaf. */
  switchBranch(message: MessageId): Promise<Conversation>;

  /** Lets the person choose a file, which `useModel` takes then. `null` when nothing was chosen. */
  openModelFile(): Promise<NamedModel | null>;
  /** A file was dropped on the window or opened in the file manager: `openedModel` says which. */
  onModelOpened(listener: () => void): Promise<() => void>;
  /** Hands that file over once, also one from before the page was there; `null` if there is none. */
  openedModel(): Promise<NamedModel | null>;
  /** Tries the chosen model once more. */
  reloadModel(): Promise<void>;
  /** Smaller builds of the same model that run here, the largest first. Needs no network. */
  smallerBuilds(model: LocalModelId): Promise<SmallerBuild[]>;

  /** What the app recommends for this computer. Needs no network. */
  recommendations(): Promise<Recommendations>;
  /** `next` is where an earlier page ended. `null` when a later search took its place. */
  searchModels(query: ModelQuery, next: string | null): Promise<FoundModels | null>;
  /** Where a pasted text leads; `null` if it is something to search for. */
  findAddress(text: string): Promise<ModelAddress | null>;
  modelPage(address: ModelAddress): Promise<ModelPage>;
  /** `null` when the repository says nothing of itself. */
  modelCard(repo: string, commit: string): Promise<ModelCard | null>;

  /** Calls back with all downloads, in the order in which they come, on every change. */
  onDownloads(listener: (downloads: Download[]) => void): Promise<() => void>;
  /** Begins or queues. Refused with `not_enough_space` before anything is fetched. */
  startDownload(request: DownloadRequest): Promise<Download>;
  pauseDownload(id: DownloadId): Promise<void>;
  /** Goes on with a paused or failed one. */
  resumeDownload(id: DownloadId): Promise<void>;
  /** Gives it up and takes away what is there of it. One that is done only leaves the list. */
  cancelDownload(id: DownloadId): Promise<void>;
  /** `null` puts it at the end. */
  moveDownload(id: DownloadId, before: DownloadId | null): Promise<void>;

  /** What is on this computer, looked up anew. */
  library(): Promise<Library>;
  /** Models came or went. */
  onLibraryChange(listener: () => void): Promise<() => void>;
  planRemoval(model: LocalModelId): Promise<RemovalPlan>;
  removeModel(model: LocalModelId): Promise<RemovedModel>;
  undoRemoval(id: RemovalId): Promise<void>;
  /** Frees what deleted models still take; then they cannot be brought back. */
  freeRemoved(): Promise<void>;
  /** In one conversation, or for new ones. Resolves as soon as the loading has begun. */
  useModel(choice: ModelForConversation): Promise<void>;
  /** In the file manager. */
  revealModel(model: LocalModelId): Promise<void>;
  /** Lets the person choose; nothing is moved yet. `null` when nothing was chosen. */
  chooseModelsFolder(): Promise<FolderPlan | null>;
  /** Moves the models to the folder that was chosen last. */
  moveModelsFolder(): Promise<void>;
  stopFolderMove(): Promise<void>;
  onFolderMove(listener: (state: FolderMove) => void): Promise<() => void>;
  /** Whether a model file is being dragged over the window. */
  onModelDrag(listener: (isOver: boolean) => void): Promise<() => void>;

  /** What this computer has to compute with, and what is used of it. */
  hardware(): Promise<Hardware>;
  /** What computes, or what is known of it, has changed: `hardware` and `hardwareSettings` say how. */
  onHardwareChange(listener: () => void): Promise<() => void>;
  /** Tries everything once more. Resolves at once; how it goes is told by `onHardwareChange`. */
  testHardware(): Promise<void>;
  hardwareSettings(): Promise<HardwareSettings>;
  /**
   * Resolves to the settings as they are kept. What of them concerns the loaded model has it loaded again, once no
   * answer is being written.
   */
  updateHardwareSettings(settings: HardwareSettings): Promise<HardwareSettings>;
  /** A text for asking for help: in English, without anything private. */
  hardwareReport(): Promise<string>;

  networkSettings(): Promise<NetworkSettings>;
  /** Refused with `address_invalid`; resolves to the settings as they are kept. */
  updateNetworkSettings(settings: NetworkSettings): Promise<NetworkSettings>;
  account(): Promise<AccountState>;
  /** Refused if the Hub in use is not on `host`, where the person was shown to be; so is signing out. */
  signIn(token: string, host: string): Promise<AccountState>;
  signOut(host: string): Promise<SignedOut>;

  updateSettings(settings: Settings): Promise<void>;
  /** Opens a web address (http, https, mailto) in the person's browser. Ask before calling. */
  openLink(url: string): Promise<void>;
  openDataFolder(): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Shows a notification of the system's, unless the person is looking at the window anyway. */
  notify(title: string, body: string): Promise<void>;
}
