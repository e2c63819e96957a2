/** Which messages of a long conversation are in the page: the newest, and as many before as have been scrolled to. */
import type { Message } from '../../backend/bindings';

/** Enough to fill the tallest window with short messages. */
const openedCount = 24;
/** More at a time would be noticed while scrolling. */
const earlierCount = 16;

/** Index of the first message shown when a conversation of `count` messages is opened. */
export function openedWith(count: number): number {
  return Math.max(0, count - openedCount);
}

/** Index of the first message shown when earlier ones are asked for. */
export function earlierBy(first: number): number {
  return Math.max(0, first - earlierCount);
}

/** Two opening messages belong to one conversation if they are the same or versions of each other. */
export function sameConversation(one: Message | undefined, other: Message | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.id === other.id || other.siblings.includes(one.id);
}
