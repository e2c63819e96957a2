/** Where the focus goes when what had it goes: a button that has done its work takes it along otherwise. */
import { tick } from 'svelte';

/** To `next`, once the page shows what has changed, unless the person is somewhere else by then. */
export async function moveFocus(next: () => HTMLElement | null | undefined): Promise<void> {
  await tick();
  if (document.activeElement === document.body || document.activeElement === null) next()?.focus();
}

/** Called before what is in `root` changes: if the button with the focus goes, the first that is there then has it. */
export async function keepFocus(root: HTMLElement | undefined): Promise<void> {
  const had = root?.contains(document.activeElement) === true;
  await tick();
  if (had && !root.contains(document.activeElement)) root.querySelector('button')?.focus();
}

/** To the search field above everything that can be found, from the beginning of it. */
export async function moveFocusToSearch(): Promise<void> {
  await tick();
  const field = document.getElementById('model-search');
  field?.closest('main')?.scrollTo({ top: 0 });
  field?.focus({ preventScroll: true });
}

/** The open tab, as a place to go on from. */
export function openTab(): HTMLElement | null {
  return document.querySelector('[role="tabpanel"]:not([hidden])');
}
