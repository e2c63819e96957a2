/**
 * The end of a text that is still being written, as it most likely goes on: so that a bold word is bold from its
 * first letter, and half a link or half a table does not show its machinery and then change its shape.
 *
 * This is for the eye only. When the text is complete it is read as it stands.
 */

/** Closes what is open at the end of `tail`, and hides marks of which nobody can say yet what they will be. */
export function settleTail(tail: string): string {
  if (isInsideFence(tail)) return hideHalfFence(tail);
  const settled = settleTable(hideUndecidedLine(tail));
  const paragraphStart = settled.lastIndexOf('\n\n') + 1;
  const lineStart = settled.lastIndexOf('\n') + 1;
  // A table's cell or a list's item ends with its line; bold text in a paragraph may span lines.
  const start = startsOwnText(settled.slice(lineStart)) ? lineStart : paragraphStart;
  const text = settled.slice(start);
  return text.length > closeLimitCharacters ? settled : settled.slice(0, start) + closeInline(text);
}

/** Nobody writes a paragraph this long, and looking for what is open in it takes time on every change. */
const closeLimitCharacters = 8_192;

const fenceLine = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})(.*)$/;

function isInsideFence(tail: string): boolean {
  let open: string | null = null;
  for (const line of tail.split('\n')) {
    const match = fenceLine.exec(line);
    if (match?.[1] === undefined) continue;
    const rest = match[2] ?? '';
    if (open === null) {
      if (!(match[1].startsWith('`') && rest.includes('`'))) open = match[1];
    } else if (match[1].startsWith(open) && rest.trim() === '') {
      open = null;
    }
  }
  return open !== null;
}

/** Back-ticks that arrive one by one at the end of a code block are not code. */
function hideHalfFence(tail: string): string {
  return tail.replace(/\n[ \t>]*(?:`{1,2}|~{1,2})$/, '\n');
}

/** A last line of marks only: it could become a heading, a rule, a list, a fence, an underline. */
function hideUndecidedLine(tail: string): string {
  const start = tail.lastIndexOf('\n') + 1;
  const line = tail.slice(start);
  if (
    /^[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)*(?:#{1,6}|[-*+_=]+|\d{1,9}[.)]?|`{1,2}|~{1,2}|\[[ xX]?\]?)?[ \t]*$/.test(
      line,
    )
  ) {
    return tail.slice(0, start);
  }
  return tail;
}

/** The head of a table is a table before its second line is complete. */
function settleTable(tail: string): string {
  const lines = tail.split('\n');
  const last = lines.at(-1) ?? '';
  const previous = lines.at(-2) ?? '';
  const beforePrevious = lines.at(-3) ?? '';
  if (isRow(last) && !isRow(previous)) return lines.slice(0, -1).join('\n');
  if (isRow(previous) && !isRow(beforePrevious) && /^[ \t|:-]*$/.test(last)) {
    const columns = previous
      .trim()
      .replace(/^\||(?<!\\)\|$/g, '')
      .split(/(?<!\\)\|/).length;
    lines[lines.length - 1] = `|${' --- |'.repeat(Math.min(columns, 100))}`;
    return lines.join('\n');
  }
  return tail;
}

function isRow(line: string): boolean {
  return /^[ \t]{0,3}\|/.test(line);
}

function startsOwnText(line: string): boolean {
  return /^[ \t>]*(?:\||#{1,6}[ \t]|[-*+][ \t]|\d{1,9}[.)][ \t])/.test(line);
}

/** What has been opened and not closed: emphasis by its marks, a link by its place. */
type Open = { mark: '*' | '_' | '~'; length: number } | { mark: '['; at: number; isImage: boolean };

/** Long enough for what people write; a text of nothing but marks is not worth more. */
const openLimit = 64;

function closeInline(text: string): string {
  const open: Open[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at];
    if (char === '\\') {
      at += 2;
    } else if (char === '`') {
      const run = /^`+/.exec(text.slice(at, at + 256))?.[0] ?? '`';
      const end = closingTicks(text, at + run.length, run.length);
      if (end === null) return closeAll(closeCode(text, at, run), open);
      at = end;
    } else if (char === '*' || char === '_' || char === '~') {
      let end = at;
      while (text[end] === char) end += 1;
      if (end === text.length) return closeAll(endingRun(text, at, char, open), open);
      takeRun(open, char, end - at, text[at - 1], text[end]);
      at = end;
    } else if (char === '[') {
      if (open.length < openLimit) open.push({ mark: '[', at, isImage: text[at - 1] === '!' });
      at += 1;
    } else if (char === ']') {
      const bracket = open.findLastIndex((one) => one.mark === '[');
      const label = open[bracket];
      const next = text[at + 1];
      if (label?.mark === '[' && (next === undefined || next === '(')) {
        const end = next === '(' ? destinationEnd(text, at + 2) : null;
        if (end === null) return closeAll(withoutLink(text, label, at), open.slice(0, bracket));
        at = end;
      } else {
        at += 1;
      }
      if (bracket >= 0) open.splice(bracket, 1);
    } else {
      at += 1;
    }
  }
  // A bracket that is still open shows its words only, from the first letter on.
  const label = open.findLast((one) => one.mark === '[');
  if (label?.mark === '[' && !text.slice(label.at).includes('\n')) {
    return closeAll(withoutLink(text, label, text.length), open);
  }
  return closeAll(text, open);
}

function closingTicks(text: string, from: number, length: number): number | null {
  for (const match of text.slice(from).matchAll(/`+/g)) {
    if (match[0].length === length) return from + match.index + length;
  }
  return null;
}

/** Code from its first letter on; lonely back-ticks at the end are hidden. */
function closeCode(text: string, at: number, run: string): string {
  const content = text.slice(at + run.length);
  if (content.trim() === '') return text.slice(0, at);
  // Ticks that end the text may be the first of the closing ones.
  return text.replace(/`+$/, '') + run;
}

/** A run of marks that ends the text: it closes as many as are open, and what it may open is hidden. */
function endingRun(text: string, at: number, mark: '*' | '_' | '~', open: Open[]): string {
  const last = open.at(-1);
  if (last?.mark === mark) {
    open.pop();
    return text.slice(0, at) + mark.repeat(last.length);
  }
  return text.slice(0, at);
}

function takeRun(open: Open[], mark: '*' | '_' | '~', length: number, before = ' ', after = ' '): void {
  if (mark === '~' && length !== 2) return;
  const word = /[\p{L}\p{N}]/u;
  const opens = !/\s/.test(after) && (mark !== '_' || !word.test(before));
  const closes = !/\s/.test(before) && (mark !== '_' || !word.test(after));
  let left = length;
  while (closes && left > 0) {
    const last = open.at(-1);
    if (last?.mark !== mark || last.length > left) break;
    left -= last.length;
    open.pop();
  }
  if (!opens || left === 0 || left > 3 || open.length >= openLimit) return;
  // `***` is bold inside of emphasis.
  if (left === 3) open.push({ mark, length: 1 }, { mark, length: 2 });
  else open.push({ mark, length: left });
}

/** Behind the closing parenthesis of a link's address that begins at `from`. */
function destinationEnd(text: string, from: number): number | null {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
    // No address goes over two lines: it was no link.
    if (text[at] === '\n') return at;
  }
  return null;
}

/** The words of a link whose address is not complete; of an image, nothing. */
function withoutLink(text: string, label: { at: number; isImage: boolean }, labelEnd: number): string {
  if (label.isImage) return text.slice(0, label.at - 1);
  return text.slice(0, label.at) + text.slice(label.at + 1, labelEnd);
}

/** Closes from the innermost outwards. */
function closeAll(text: string, open: readonly Open[]): string {
  let closed = text;
  const marks = open.filter((one) => one.mark !== '[');
  if (marks.length === 0) return closed;
  // A closing mark must touch a letter.
  closed = closed.trimEnd();
  for (const one of marks.toReversed()) {
    const opener = one.mark.repeat(one.length);
    // Nothing has been written inside yet: the marks themselves go.
    if (closed.endsWith(opener)) closed = closed.slice(0, -opener.length).trimEnd();
    else closed += opener;
  }
  return closed;
}
