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
  switchBranch: (message) => commands.switchBranch(message),

  openModelFile: () => commands.openModelFile(),
  useStarterModel: async () => {
    await commands.useStarterModel();
  },
  reloadModel: async () => {
    await commands.reloadModel();
  },

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
};
