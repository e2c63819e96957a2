/**
 * What Markdown becomes before it is drawn: plain data, nothing in it can do anything. Two equal trees are drawn
 * as equal elements.
 */

/** Something with a place of its own in the column. */
export type Block =
  | { kind: 'paragraph'; tight: boolean; children: Inline[] }
  | { kind: 'heading'; level: HeadingLevel; children: Inline[] }
  | { kind: 'quote'; children: Block[] }
  | { kind: 'list'; start: number | null; items: ListItem[] }
  | { kind: 'code'; language: string; text: string }
  | { kind: 'table'; align: Alignment[]; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'footnote'; label: string; children: Inline[] }
  | { kind: 'rule' }
  /** Too deep or too large to be worth reading as Markdown: shown as it was written. */
  | { kind: 'plain'; text: string };

/** `checked` is null for an item that is no task. */
export interface ListItem {
  checked: boolean | null;
  children: Block[];
}

export type HeadingLevel = 1 | 2 | 3 | 4 | 5 | 6;
export type Alignment = 'left' | 'center' | 'right' | null;

/** Something inside a line of text. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'tex'; text: string }
  | { kind: 'note'; label: string }
  | { kind: 'break' }
  | { kind: 'emphasis'; children: Inline[] }
  | { kind: 'strong'; children: Inline[] }
  | { kind: 'strike'; children: Inline[] }
  | { kind: 'link'; url: string; children: Inline[] }
  /** Never loaded: named, with the place it would come from. `url` is null where that place is not on the web. */
  | { kind: 'image'; url: string | null; alt: string };
