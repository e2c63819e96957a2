/**
 * A text that grows, as blocks. Only what may still change is parsed again when text is added.
 *
 * Markdown is read line by line, and a block that another one has followed cannot change any more, with three
 * exceptions that this file is about: a line that is not complete may become anything; the title of a link's
 * definition may go on over the following lines; and such a definition gives a meaning to brackets anywhere before it.
 */
import { grammar } from './grammar';
import { definitionsOver, outline, parseBlocks, type Definitions, type Extent } from './parse';
import { settleTail } from './settle';
import { share } from './share';
import type { Block } from './tree';

/** Up to here the unfinished end is parsed on every change; beyond, only when it has grown by a fixed part. */
const eagerLimitCharacters = 32_768;
const lazyGrowth = 1 / 64;

/** A finished block (or some definitions) and its source. */
interface Finished {
  source: string;
  blocks: Block[];
}

export class MarkdownStream {
  /** Characters given to the parser so far, for judging what a change costs. */
  parsedCharacters = 0;

  #text = '';
  #closed = false;
  #finished: Finished[] = [];
  /** Where the part begins that may still change. */
  #tailStart = 0;
  #tailBlocks: Block[] = [];
  /** Lengths of the unfinished part when it was last split and last drawn. */
  #splitLength = 0;
  #drawnLength = 0;
  #definitions: Definitions = definitionsOver(null);
  /** By label, the finished pieces that mention it without there being a definition yet. */
  #waiting = new Map<string, Set<Finished>>();

  /**
   * The blocks of `text`. While it is not `complete`, constructs that are still open at its end are shown as what
   * they are going to be. Blocks that did not change are the same objects as before.
   */
  update(text: string, complete: boolean): Block[] {
    const source = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
    if (this.#closed && complete && source === this.#text) return this.#blocks();
    // What was read as complete was read otherwise at its end: an answer that is continued begins anew.
    if (this.#closed || !source.startsWith(this.#text)) this.#restart();
    const added = source.slice(this.#text.length);
    this.#text = source;
    if (complete) this.#close();
    else if (added !== '') this.#advance(added);
    return this.#blocks();
  }

  /** Begins anew, but keeps the blocks that turn out equal. */
  #restart(): void {
    this.#tailBlocks = this.#blocks();
    this.#finished = [];
    this.#definitions = definitionsOver(null);
    this.#waiting.clear();
    this.#tailStart = 0;
    this.#text = '';
    this.#closed = false;
    this.#splitLength = 0;
    this.#drawnLength = 0;
  }

  #blocks(): Block[] {
    return [...this.#finished.flatMap((piece) => piece.blocks), ...this.#tailBlocks];
  }

  #advance(added: string): void {
    const length = this.#text.length - this.#tailStart;
    if (added.includes('\n') && grownEnough(this.#splitLength, length)) this.#finishBlocks();
    const tail = this.#text.slice(this.#tailStart);
    if (!grownEnough(this.#drawnLength, tail.length)) return;
    this.#drawnLength = tail.length;
    this.#drawTail(settleTail(tail));
  }

  /** The text is complete: what is left is as it stands. */
  #close(): void {
    this.#finishBlocks();
    const tail = this.#text.slice(this.#tailStart);
    this.#closed = true;
    this.#drawnLength = tail.length;
    const own = this.#drawTail(tail);
    // Definitions at the very end count for all that stands before them.
    this.#resolve(own);
  }

  #drawTail(source: string): Definitions {
    const own = definitionsOver(this.#definitions);
    this.parsedCharacters += source.length;
    this.#tailBlocks = share(this.#tailBlocks, parseBlocks(source, own));
    return own;
  }

  /** Moves the blocks that cannot change any more from the tail to what is finished. */
  #finishBlocks(): void {
    const tail = this.#text.slice(this.#tailStart);
    this.#splitLength = tail.length;
    const completeLines = tail.slice(0, tail.lastIndexOf('\n') + 1);
    const starts = finishedStarts(completeLines);
    if (starts.length === 0) return;
    const offsets = lineOffsets(completeLines, starts);
    const fresh: Block[] = [];
    const found: Definitions[] = [];
    let from = 0;
    for (const to of offsets) {
      const piece: Finished = { source: tail.slice(from, to), blocks: [] };
      const own = this.#parsePiece(piece, this.#tailBlocks.slice(fresh.length));
      fresh.push(...piece.blocks);
      found.push(own);
      Object.assign(this.#definitions, own);
      this.#finished.push(piece);
      from = to;
    }
    this.#tailStart += from;
    this.#tailBlocks = this.#tailBlocks.slice(fresh.length);
    this.#splitLength = 0;
    this.#drawnLength = 0;
    for (const own of found) this.#resolve(own);
  }

  /** Parses a finished piece with all that is known; what it mentions and is not known is remembered. */
  #parsePiece(piece: Finished, before: Block[]): Definitions {
    const own = definitionsOver(this.#definitions);
    this.parsedCharacters += piece.source.length;
    const blocks = parseBlocks(piece.source, own);
    piece.blocks = share(before.slice(0, blocks.length), blocks);
    for (const label of mentionedLabels(piece.source)) {
      if (label in own) continue;
      const waiting = this.#waiting.get(label);
      if (waiting === undefined) this.#waiting.set(label, new Set([piece]));
      else waiting.add(piece);
    }
    return own;
  }

  /** Parses again what had waited for one of these definitions. */
  #resolve(found: Definitions): void {
    const pieces = new Set<Finished>();
    for (const label of Object.keys(found)) {
      for (const piece of this.#waiting.get(label) ?? []) pieces.add(piece);
      this.#waiting.delete(label);
    }
    for (const piece of pieces) {
      const own = definitionsOver(found);
      this.parsedCharacters += piece.source.length;
      piece.blocks = share(piece.blocks, parseBlocks(piece.source, own));
    }
  }
}

function grownEnough(before: number, now: number): boolean {
  return now <= eagerLimitCharacters || now >= before * (1 + lazyGrowth);
}

/**
 * The lines at which the pieces after the first begin: a piece is finished when another one has begun. Behind a
 * definition that takes an empty line, or one more definition, because its title may go on (out of a list or a
 * quotation, too) and take with it what looked like another block.
 */
function finishedStarts(completeLines: string): number[] {
  const lines = completeLines.split('\n');
  const starts: number[] = [];
  let previous: Extent['definition'] | null = null;
  for (const { firstLine, definition } of outline(completeLines)) {
    if (previous === null) {
      previous = definition;
      continue;
    }
    const isApart = (lines[firstLine - 1] ?? '').trim() === '';
    const mayGoOn: boolean =
      previous !== 'none' && !isApart && !(previous === 'itself' && definition === 'itself');
    if (!mayGoOn) starts.push(firstLine);
    previous = mayGoOn ? 'inside' : definition;
  }
  return starts;
}

/** Offsets of the beginnings of some lines, given in order. */
function lineOffsets(text: string, lines: number[]): number[] {
  const offsets: number[] = [];
  let line = 0;
  let offset = 0;
  for (const wanted of lines) {
    for (; line < wanted; line += 1) offset = text.indexOf('\n', offset) + 1;
    offsets.push(offset);
  }
  return offsets;
}

/** Everything in brackets that a definition could give a meaning to. */
function mentionedLabels(source: string): Set<string> {
  const labels = new Set<string>();
  for (const match of source.matchAll(/\[((?:\\[\s\S]|[^\\[\]]){1,999})\]/g)) {
    if (match[1] !== undefined) labels.add(grammar.utils.normalizeReference(match[1]));
  }
  return labels;
}
