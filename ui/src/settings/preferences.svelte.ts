/** What the person has chosen, shown at once and kept by the backend. */
import type { Backend } from '../backend/backend';
import type { Settings, Theme } from '../backend/bindings';
import { asAppError } from '../errors/explain';
import { showLanguage } from '../i18n/locale.svelte';
import type { Notices } from '../notices/notices.svelte';

export class Preferences {
  chosen = $state.raw<Settings>({ theme: 'system', language: 'system' });
  #backend: Backend;
  #notices: Notices;

  constructor(backend: Backend, notices: Notices, settings: Settings) {
    this.#backend = backend;
    this.#notices = notices;
    this.#show(settings);
  }

  /** What cannot be kept is taken back, so that the page never shows a choice that is gone after a restart. */
  async change(change: Partial<Settings>): Promise<void> {
    const before = this.chosen;
    this.#show({ ...before, ...change });
    try {
      await this.#backend.updateSettings(this.chosen);
    } catch (reason) {
      this.#show(before);
      this.#notices.failed(asAppError(reason));
    }
  }

  #show(settings: Settings): void {
    this.chosen = settings;
    showTheme(settings.theme);
    showLanguage(settings.language);
  }
}

/** `app.css` follows the system unless the document names a theme. */
function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
