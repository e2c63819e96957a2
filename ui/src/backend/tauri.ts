/**
 * The real backend: the shell around the page. Beside the generated bindings this is the only file that knows Tauri.
 */
import { Channel } from '@tauri-apps/api/core';
import type { Backend } from './backend';
import { type AnswerEvent, commands, events } from './bindings';

/** Carries the events of one answer to `listener`, in order. */
function answerChannel(listener: (event: AnswerEvent) => void): Channel<AnswerEvent> {
  return new Channel<AnswerEvent>(listener);
}

export const tauri: Backend = {
  bootstrap: () => commands.bootstrap(),
  onEngineState: (listener) => events.engineStateChanged.listen((event) => listener(event.payload)),
  onDefaultModel: (listener) => events.defaultModelChanged.listen((event) => listener(event.payload)),

  openConversation: (id) => commands.openConversation(id),
  renameConversation: (id, title) => commands.renameConversation(id, title),
  deleteConversation: async (id) => {
    await commands.deleteConversation(id);
  },
  restoreConversation: (id) => commands.restoreConversation(id),
  saveDraft: async (id, text) => {
    await commands.saveDraft(id, text);
  },

  send: async (conversation, parent, text, onEvent) => {
    await commands.send(conversation, parent, text, answerChannel(onEvent));
  },
  tryAgain: async (answer, onEvent) => {
    await commands.tryAgain(answer, answerChannel(onEvent));
  },
  continueAnswer: async (answer, onEvent) => {
    await commands.continueAnswer(answer, answerChannel(onEvent));
  },
  stop: async (answer) => {
    await commands.stop(answer);
  },
  prepare: async (conversation, parent, text) => {
    await commands.prepare(conversation, parent, text);
  },
  switchBranch: (message) => commands.switchBranch(message),

  openModelFile: () => commands.openModelFile(),
  onModelOpened: (listener) => events.modelOpened.listen(() => listener()),
  openedModel: () => commands.openedModel(),
  reloadModel: async () => {
    await commands.reloadModel();
  },
  smallerBuilds: (model) => commands.smallerBuilds(model),

  recommendations: () => commands.recommendations(),
  searchModels: (query, next) => commands.searchModels(query, next),
  findAddress: (text) => commands.findAddress(text),
  modelPage: (address) => commands.modelPage(address),
  modelCard: (repo, commit) => commands.modelCard(repo, commit),

  onDownloads: (listener) => events.downloadsChanged.listen((event) => listener(event.payload)),
  startDownload: (request) => commands.startDownload(request),
  pauseDownload: async (id) => {
    await commands.pauseDownload(id);
  },
  resumeDownload: async (id) => {
    await commands.resumeDownload(id);
  },
  cancelDownload: async (id) => {
    await commands.cancelDownload(id);
  },
  moveDownload: async (id, before) => {
    await commands.moveDownload(id, before);
  },

  library: () => commands.library(),
  onLibraryChange: (listener) => events.libraryChanged.listen(() => listener()),
  planRemoval: (model) => commands.planRemoval(model),
  removeModel: (model) => commands.removeModel(model),
  undoRemoval: async (id) => {
    await commands.undoRemoval(id);
  },
  freeRemoved: async () => {
    await commands.freeRemoved();
  },
  useModel: async (choice) => {
    await commands.useModel(choice);
  },
  revealModel: async (model) => {
    await commands.revealModel(model);
  },
  chooseModelsFolder: () => commands.chooseModelsFolder(),
  moveModelsFolder: async () => {
    await commands.moveModelsFolder();
  },
  stopFolderMove: async () => {
    await commands.stopFolderMove();
  },
  onFolderMove: (listener) => events.folderMoveChanged.listen((event) => listener(event.payload)),
  onModelDrag: (listener) => events.modelDragged.listen((event) => listener(event.payload)),

  hardware: () => commands.hardware(),
  onHardwareChange: (listener) => events.hardwareChanged.listen(() => listener()),
  testHardware: async () => {
    await commands.testHardware();
  },
  hardwareSettings: () => commands.hardwareSettings(),
  updateHardwareSettings: (settings) => commands.updateHardwareSettings(settings),
  hardwareReport: () => commands.hardwareReport(),

  networkSettings: () => commands.networkSettings(),
  updateNetworkSettings: (settings) => commands.updateNetworkSettings(settings),
  account: () => commands.account(),
  signIn: (token, host) => commands.signIn(token, host),
  signOut: (host) => commands.signOut(host),

  updateSettings: async (settings) => {
    await commands.updateSettings(settings);
  },
  openLink: async (url) => {
    await commands.openLink(url);
  },
  openDataFolder: async () => {
    await commands.openDataFolder();
  },
  copyText: async (text) => {
    await commands.copyText(text);
  },
  notify: async (title, body) => {
    await commands.notify(title, body);
  },
};
