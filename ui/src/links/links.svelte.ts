/** Links leave the app only after the person has seen the real address. */
import type { Backend } from '../backend/backend';
import { asAppError } from '../errors/explain';
import type { Notices } from '../notices/notices.svelte';
import * as m from '../paraglide/messages';

const OPENED = ['http:', 'https:', 'mailto:'];

/** Who has written an address: the conversation, a model's description, or Hearth itself. */
export type LinkSource = 'conversation' | 'description' | 'hearth';

export class Links {
  /** The address that is being asked about. */
  asked = $state.raw<URL | null>(null);
  source = $state<LinkSource>('conversation');
  #backend: Backend;
  #notices: Notices;

  constructor(backend: Backend, notices: Notices) {
    this.#backend = backend;
    this.#notices = notices;
  }

  ask(address: string, source: LinkSource = 'conversation'): void {
    this.source = source;
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url !== null && OPENED.includes(url.protocol)) this.asked = url;
    else this.#notices.refused(m.link_refused(), m.link_refused_meaning());
  }

  async answer(open: boolean): Promise<void> {
    const url = this.asked;
    this.asked = null;
    if (url === null || !open) return;
    try {
      await this.#backend.openLink(url.href);
    } catch (reason) {
      this.#notices.failed(asAppError(reason));
    }
  }
}
