/** The screen "Models": which of its tabs is shown, and what is open in Discover. */
export type ModelsTab = 'discover' | 'library' | 'downloads';

export class Models {
  tab = $state<ModelsTab>('discover');

  /** One step back inside the screen. Returns whether there was one. */
  back(): boolean {
    return false;
  }
}
