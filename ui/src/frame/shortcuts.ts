/** The keyboard shortcuts of the whole window: what they do, and how they are written in Settings. */
import * as m from '../paraglide/messages';

export type Command = 'new_chat' | 'settings' | 'sidebar';

const isMac = navigator.platform.startsWith('Mac');

const keys: Record<Command, string> = { new_chat: 'n', settings: ',', sidebar: 'b' };

export function commandOf(event: KeyboardEvent): Command | null {
  const modifier = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!modifier || event.altKey || event.shiftKey) return null;
  const key = event.key.toLowerCase();
  return (Object.keys(keys) as Command[]).find((command) => keys[command] === key) ?? null;
}

/** Each as the names of its keys, e.g. `['Ctrl', 'N']`. */
export function keysOf(command: Command): string[] {
  return [isMac ? '⌘' : m.key_ctrl(), keys[command].toUpperCase()];
}
