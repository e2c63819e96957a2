/** Colours for code: runs of text with a class, by line, so that a line that did not change keeps its elements. */
import { createLowlight } from 'lowlight';
import { loadLanguage, type LanguageName } from './languages';
import { share } from './share';

export interface Run {
  /** Classes of highlight.js, or empty. */
  style: string;
  text: string;
}

export type Line = Run[];

/** Code longer than this stays in one colour: reading it takes longer than a frame. */
const codeLimitCharacters = 60_000;
/** Code that grows is read again when it has grown by this part, so that the cost stays in proportion to its length. */
const growth = 1 / 8;

const lowlight = createLowlight();

/** Loads a grammar once. Resolves when it can be used. */
export async function prepareLanguage(name: LanguageName): Promise<void> {
  if (!lowlight.registered(name)) lowlight.register(name, await loadLanguage(name));
}

/** The lines of a code block that may still grow. One for each block. */
export class Highlighter {
  #language: LanguageName | null = null;
  #coloured = '';
  #lines: Line[] = [];

  /** `language` must have been prepared; null is one colour. `complete` code is read to its end. */
  lines(code: string, language: LanguageName | null, complete: boolean): Line[] {
    if (language === null || code.length > codeLimitCharacters) return plainLines(code);
    if (language !== this.#language || !code.startsWith(this.#coloured)) {
      this.#language = language;
      this.#coloured = '';
    }
    const settled = complete ? code : code.slice(0, code.lastIndexOf('\n') + 1);
    const due = complete ? settled !== this.#coloured : settled.length > this.#coloured.length * (1 + growth);
    if (due) {
      this.#coloured = settled;
      this.#lines = share(this.#lines, colouredLines(settled, language));
    }
    // The last coloured line is empty or whole; what has come since stands behind it.
    const rest = plainLines(code.slice(this.#coloured.length));
    if (this.#coloured === '') return rest;
    const [continued = [], ...fresh] = rest;
    return [...this.#lines.slice(0, -1), [...(this.#lines.at(-1) ?? []), ...continued], ...fresh];
  }
}

function plainLines(code: string): Line[] {
  return code.split('\n').map((text) => (text === '' ? [] : [{ style: '', text }]));
}

function colouredLines(code: string, language: LanguageName): Line[] {
  const lines: Line[] = [[]];
  const add = (nodes: readonly HighlightNode[], style: string) => {
    for (const node of nodes) {
      if (node.type === 'element') {
        const classes = node.properties?.['className'];
        add(node.children ?? [], Array.isArray(classes) ? classes.join(' ') : style);
      } else if (node.type === 'text') {
        for (const [index, text] of (node.value ?? '').split('\n').entries()) {
          if (index > 0) lines.push([]);
          if (text !== '') lines.at(-1)?.push({ style, text });
        }
      }
    }
  };
  add(lowlight.highlight(language, code).children, '');
  return lines;
}

/** What is used of a hast node. */
interface HighlightNode {
  type: string;
  value?: string;
  properties?: Record<string, unknown>;
  children?: readonly HighlightNode[];
}
