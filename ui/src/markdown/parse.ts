/** From Markdown to a tree. */
import type { Env, Token } from 'markdown-it';
import { grammar, nestingLimit } from './grammar';
import { openableUrl } from './link';
import type { Alignment, Block, HeadingLevel, Inline, ListItem } from './tree';

/** Where links by name lead: normalised label to address. The first definition of a label counts. */
export type Definitions = NonNullable<Env['references']>;

/** A block of more characters than this is shown as it was written. */
export const blockLimitCharacters = 1_000_000;

/** Starts with what `inherited` knows; definitions found while parsing become own properties. */
export function definitionsOver(inherited: Definitions | null): Definitions {
  return Object.create(inherited) as Definitions;
}

/** Reads `source` as whole blocks. Definitions in it are added to `definitions`. */
export function parseBlocks(source: string, definitions: Definitions): Block[] {
  if (source.length > blockLimitCharacters) return [{ kind: 'plain', text: source }];
  const tokens = grammar.parse(source, { references: definitions });
  return buildTree(tokens) ?? [{ kind: 'plain', text: source.trimEnd() }];
}

/** Where a top-level block or definition begins, and whether a definition is in it. */
export interface Extent {
  firstLine: number;
  definition: 'none' | 'inside' | 'itself';
}

/** Where the top-level blocks of `source` lie; much cheaper than parsing what is in them. */
export function outline(source: string): Extent[] {
  const tokens: Token[] = [];
  grammar.block.parse(source, grammar, { references: definitionsOver(null) }, tokens);
  const extents: Extent[] = [];
  let last: Extent | null = null;
  for (const token of tokens) {
    const isDefinition = token.type === 'reference_definition';
    if (token.level === 0 && token.nesting !== -1 && token.map !== null) {
      last = { firstLine: token.map[0], definition: isDefinition ? 'itself' : 'none' };
      extents.push(last);
    } else if (isDefinition && last !== null) {
      last.definition = 'inside';
    }
  }
  return extents;
}

/** Null when it is too deep. Works without recursion: tokens come as a flat list with opens and closes. */
function buildTree(tokens: Token[]): Block[] | null {
  const top: Block[] = [];
  let blocks = top;
  const outer: Block[][] = [];
  const lists: ListItem[][] = [];
  let table: Extract<Block, { kind: 'table' }> | null = null;
  let row: Inline[][] = [];

  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined) break;
    if (token.level >= nestingLimit) return null;
    switch (token.type) {
      case 'paragraph_open':
      case 'heading_open':
      case 'footnote_open':
      case 'th_open':
      case 'td_open': {
        const children = buildInlines(tokens[index + 1]?.children ?? []);
        if (children === null) return null;
        if (token.type === 'paragraph_open')
          blocks.push({ kind: 'paragraph', tight: token.hidden, children });
        else if (token.type === 'heading_open')
          blocks.push({ kind: 'heading', level: headingLevel(token.tag), children });
        else if (token.type === 'footnote_open')
          blocks.push({ kind: 'footnote', label: token.info, children });
        else {
          row.push(children);
          if (token.type === 'th_open') table?.align.push(alignment(token));
        }
        break;
      }
      case 'blockquote_open': {
        const children: Block[] = [];
        blocks.push({ kind: 'quote', children });
        outer.push(blocks);
        blocks = children;
        break;
      }
      case 'bullet_list_open':
      case 'ordered_list_open': {
        const items: ListItem[] = [];
        const start = token.type === 'bullet_list_open' ? null : Number(token.attrGet('start') ?? 1);
        blocks.push({ kind: 'list', start, items });
        lists.push(items);
        break;
      }
      case 'list_item_open': {
        const children: Block[] = [];
        lists.at(-1)?.push({ checked: null, children });
        outer.push(blocks);
        blocks = children;
        break;
      }
      case 'list_item_close': {
        const item = lists.at(-1)?.at(-1);
        if (item !== undefined) item.checked = takeTaskMark(item.children[0]);
        blocks = outer.pop() ?? top;
        break;
      }
      case 'blockquote_close':
        blocks = outer.pop() ?? top;
        break;
      case 'bullet_list_close':
      case 'ordered_list_close':
        lists.pop();
        break;
      case 'table_open':
        table = { kind: 'table', align: [], head: [], rows: [] };
        blocks.push(table);
        break;
      case 'tr_open':
        row = [];
        break;
      case 'thead_close':
        if (table !== null) table.head = row;
        break;
      case 'tr_close':
        // The head is a row, too, and is taken when it is closed.
        if (tokens[index + 1]?.type !== 'thead_close') table?.rows.push(row);
        break;
      case 'fence':
      case 'code_block':
        blocks.push({
          kind: 'code',
          language: grammar.utils.unescapeAll(token.info).trim().split(/\s+/, 1)[0] ?? '',
          text: token.content.replace(/\n$/, ''),
        });
        break;
      case 'hr':
        blocks.push({ kind: 'rule' });
        break;
      default:
        break;
    }
  }
  return top;
}

/** Null when it is too deep. */
function buildInlines(tokens: Token[]): Inline[] | null {
  const top: Inline[] = [];
  let into = top;
  const outer: Inline[][] = [];
  const enter = (children: Inline[]) => {
    outer.push(into);
    into = children;
  };

  for (const token of tokens) {
    if (outer.length >= nestingLimit) return null;
    switch (token.type) {
      case 'text':
      case 'text_special':
        addText(into, token.content);
        break;
      case 'softbreak':
        addText(into, '\n');
        break;
      case 'hardbreak':
        into.push({ kind: 'break' });
        break;
      case 'code_inline':
        into.push({ kind: 'code', text: token.content });
        break;
      case 'tex':
        into.push({ kind: 'tex', text: token.content });
        break;
      case 'note':
        into.push({ kind: 'note', label: token.content });
        break;
      case 'image': {
        const alt = grammar.renderer.renderInlineAsText(token.children ?? [], grammar.options, {});
        into.push({ kind: 'image', url: openableUrl(String(token.attrGet('src') ?? '')), alt });
        break;
      }
      case 'em_open':
      case 'strong_open':
      case 's_open': {
        const children: Inline[] = [];
        into.push({ kind: inlineKinds[token.type], children });
        enter(children);
        break;
      }
      case 'link_open': {
        const url = openableUrl(String(token.attrGet('href') ?? ''));
        const children: Inline[] = [];
        if (url === null) {
          // Its words go on in the sentence around it.
          enter(into);
        } else {
          into.push({ kind: 'link', url, children });
          enter(children);
        }
        break;
      }
      case 'em_close':
      case 'strong_close':
      case 's_close':
      case 'link_close':
        into = outer.pop() ?? top;
        break;
      default:
        addText(into, token.content);
        break;
    }
  }
  return top;
}

const inlineKinds = { em_open: 'emphasis', strong_open: 'strong', s_open: 'strike' } as const;

/** Neighbouring pieces become one, so that the tree does not depend on how the parser cut them. */
function addText(into: Inline[], text: string): void {
  if (text === '') return;
  const last = into.at(-1);
  if (last?.kind === 'text') last.text += text;
  else into.push({ kind: 'text', text });
}

/** Takes `[ ]` or `[x]` from the beginning of a list item. */
function takeTaskMark(first: Block | undefined): boolean | null {
  if (first?.kind !== 'paragraph') return null;
  const text = first.children[0];
  if (text?.kind !== 'text') return null;
  const mark = /^\[([ xX])\]\s+/.exec(text.text);
  if (mark === null) return null;
  text.text = text.text.slice(mark[0].length);
  return mark[1] !== ' ';
}

function headingLevel(tag: string): HeadingLevel {
  const level = Number(tag.slice(1));
  return level >= 1 && level <= 6 ? (level as HeadingLevel) : 6;
}

function alignment(token: Token): Alignment {
  const found = /(left|center|right)/.exec(String(token.attrGet('style') ?? ''));
  return (found?.[1] ?? null) as Alignment;
}
