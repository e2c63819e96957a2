/** Everything behind the page once it has started: one object per area, and what connects them. */
import type { Backend } from './backend/backend';
import type { About, Bootstrap, EngineState } from './backend/bindings';
import { Announcer } from './chat/announcer.svelte';
import { Chat } from './chat/chat.svelte';
import { asAppError, type Remedy } from './errors/explain';
import { Links } from './links/links.svelte';
import { Model } from './model/model.svelte';
import { Notices } from './notices/notices.svelte';
import { Preferences } from './settings/preferences.svelte';

export type Screen = 'chat' | 'settings';

export class Page {
  screen = $state<Screen>('chat');

  readonly announcer = new Announcer();
  readonly notices = new Notices();
  readonly chat: Chat;
  readonly links: Links;
  readonly model: Model;
  readonly preferences: Preferences;
  readonly about: About;
  readonly messageLimitCharacters: number;
  #backend: Backend;

  constructor(backend: Backend, bootstrap: Bootstrap) {
    this.#backend = backend;
    this.preferences = new Preferences(backend, this.notices, bootstrap.settings);
    this.model = new Model(backend, this.notices, bootstrap.engine);
    this.links = new Links(backend, this.notices);
    this.chat = new Chat(
      backend,
      this.notices,
      this.announcer,
      bootstrap.conversations,
      bootstrap.new_chat_draft,
    );
    this.about = bootstrap.about;
    this.messageLimitCharacters = bootstrap.message_limit_characters;
    this.#goOnWhereItEnded(bootstrap);
  }

  receiveEngineState(state: EngineState): void {
    this.model.receive(state);
  }

  /** Does what a button beside an explanation promises. */
  async mend(remedy: Remedy): Promise<void> {
    switch (remedy) {
      case 'reload_model':
        return this.model.reload();
      case 'open_model_file':
        return this.model.openFile();
      case 'use_starter_model':
        return this.model.useStarter();
      case 'open_data_folder':
        return this.openDataFolder();
      case 'stop_other_answer':
        return this.chat.stopAll();
    }
  }

  async openDataFolder(): Promise<void> {
    try {
      await this.#backend.openDataFolder();
    } catch (reason) {
      this.notices.failed(asAppError(reason));
    }
  }

  /** Returns whether the text is on the clipboard now. */
  async copy(text: string): Promise<boolean> {
    try {
      await this.#backend.copyText(text);
      return true;
    } catch (reason) {
      this.notices.failed(asAppError(reason));
      return false;
    }
  }

  /** Whoever comes back finds the conversation last worked on, unless a new one was being written. */
  #goOnWhereItEnded({ conversations, new_chat_draft }: Bootstrap): void {
    const newest = conversations[0];
    if (newest !== undefined && new_chat_draft.trim() === '') void this.chat.show(newest.id);
  }
}
