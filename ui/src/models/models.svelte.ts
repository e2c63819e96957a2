/** The screen "Models": which of its tabs is shown, and what is open in it. */
import type { Backend } from '../backend/backend';
import { Discover } from './discover/discover.svelte';
import type { Downloads } from './downloads/downloads.svelte';

export type ModelsTab = 'discover' | 'library' | 'downloads';

export class Models {
  tab = $state<ModelsTab>('discover');
  readonly discover: Discover;

  constructor(backend: Backend, downloads: Downloads) {
    this.discover = new Discover(backend, downloads);
  }

  /** One step back inside the screen. Returns whether there was one. */
  back(): boolean {
    if (this.tab !== 'discover' || this.discover.visit === null) return false;
    this.discover.close();
    return true;
  }
}
