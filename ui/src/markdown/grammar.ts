/**
 * The dialect: GitHub's Markdown without raw HTML, with TeX left alone and footnotes kept where they stand.
 * The parser is markdown-it; its own HTML renderer is not used.
 */
import MarkdownIt, { type StateBlock, type StateInline } from 'markdown-it';

/** Deeper than this, a block is shown as plain text. Counted as markdown-it does: a list item is two levels. */
export const nestingLimit = 200;

/**
 * One run of text with more than this (some 5,000 words without an empty line, or nothing but marks) is not searched
 * for markup: the time for that grows with the product of both.
 */
const inlineLimitCharacters = 32_768;
const inlineLimitMarks = 2_000;

/** The one parser of the page. It keeps no state between calls. */
export const grammar = new MarkdownIt('default', {
  html: false,
  linkify: true,
  // Two more than allowed, so that what is too deep can be told from what just fits.
  maxNesting: nestingLimit + 2,
});

// A link that may not be opened is still a link to the parser; the tree keeps only its words.
grammar.validateLink = () => true;
// "main.rs" and "node.js" are files here more often than hosts.
grammar.linkify.set({ fuzzyLink: false, fuzzyEmail: true });
grammar.linkify.add('www.', {
  validate: (text, position) =>
    /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]*_~])?/i.exec(
      text.slice(position, position + 2048),
    )?.[0].length ?? 0,
  normalize: (match) => {
    match.url = `http://${match.url}`;
  },
});

grammar.core.ruler.at('inline', (state) => {
  for (const token of state.tokens) {
    if (token.type !== 'inline' || token.children === null) continue;
    if (!isWorthSearching(token.content)) {
      const text = new state.Token('text', '', 0);
      text.content = token.content;
      token.children.push(text);
    } else {
      grammar.inline.parse(token.content, grammar, state.env, token.children);
    }
  }
});
grammar.inline.ruler.before('escape', 'tex', tex);
grammar.inline.ruler.before('link', 'note', note);
grammar.block.ruler.before('reference', 'footnote', footnote, { alt: ['paragraph', 'reference'] });

function isWorthSearching(text: string): boolean {
  if (text.length > inlineLimitCharacters) return false;
  // Shorter than the number of marks allowed: no need to count them.
  return (
    text.length <= inlineLimitMarks || text.replace(/[^[\]!*_~`\\<&$@:]+/g, '').length <= inlineLimitMarks
  );
}

const texDelimiters = [
  ['$$', '$$'],
  ['\\(', '\\)'],
  ['\\[', '\\]'],
] as const;

/** A formula is one piece of text: its backslashes, underscores and stars are not markup. */
function tex(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  const end = texEnd(src, pos, state.posMax);
  if (end === null) return false;
  if (!silent) state.push('tex', '', 0).content = src.slice(pos, end);
  state.pos = end;
  return true;
}

/** Longest formula looked for: bounds the search from every dollar sign in a text of nothing else. */
const texLimitCharacters = 2_000;

function texEnd(src: string, start: number, max: number): number | null {
  const window = src.slice(start, Math.min(max, start + texLimitCharacters));
  for (const [open, close] of texDelimiters) {
    if (!window.startsWith(open)) continue;
    const at = window.indexOf(close, open.length);
    return at > open.length ? start + at + close.length : null;
  }
  // As Pandoc has it, so that "$5 and $10" stays prose: no space inside the dollars, no digit behind them.
  const inline = /^\$(?![\s$])(?:[^$\\\n]|\\[^\n])*?[^\s\\$]?\$(?![\d$])/.exec(window);
  if (inline === null || /\s\$$/.test(inline[0])) return null;
  return start + inline[0].length;
}

const noteLabel = /^\[\^([^\s[\]^]{1,99})\]/;

/** The mark of a footnote in running text. */
function note(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x5b) return false;
  const match = noteLabel.exec(state.src.slice(state.pos, Math.min(state.posMax, state.pos + 110)));
  if (match?.[1] === undefined) return false;
  if (!silent) state.push('note', '', 0).content = match[1];
  state.pos += match[0].length;
  return true;
}

/** The footnote itself, a paragraph that begins with its mark. It would else be taken for a link's definition. */
function footnote(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if ((state.sCount[startLine] ?? 0) - state.blkIndent >= 4) return false;
  const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
  if (state.src.charCodeAt(start) !== 0x5b) return false;
  const match = noteLabel.exec(
    state.src.slice(start, Math.min(state.eMarks[startLine] ?? start, start + 110)),
  );
  if (match?.[1] === undefined || state.src[start + match[0].length] !== ':') return false;
  if (silent) return true;

  const terminators = state.md.block.ruler.getRules('paragraph');
  const parentType = state.parentType;
  state.parentType = 'paragraph';
  let line = startLine + 1;
  for (; line < endLine && !state.isEmpty(line); line += 1) {
    const current = line;
    const indent = state.sCount[current] ?? 0;
    if (indent < 0 || indent - state.blkIndent > 3) continue;
    if (terminators.some((rule) => rule(state, current, endLine, true))) break;
  }
  state.parentType = parentType;

  const open = state.push('footnote_open', 'p', 1);
  open.map = [startLine, line];
  open.info = match[1];
  const inline = state.push('inline', '', 0);
  inline.content = state
    .getLines(startLine, line, state.blkIndent, false)
    .trim()
    .slice(match[0].length + 1)
    .trim();
  inline.map = [startLine, line];
  inline.children = [];
  state.push('footnote_close', 'p', -1);
  state.line = line;
  return true;
}
