/**
 * A model's description as it is on the Hub is written for a browser: with HTML around the Markdown and with lines
 * broken at the width of somebody's editor. Here it becomes Markdown alone. Whether that is safe is not decided here:
 * what draws it shows HTML as text.
 */

/** Most characters that may stand between a tag and its end, so that no text takes long to read. */
const LONGEST_INNER = 400;
/** A line of at least this length was broken by an editor, not by its author. */
const WRAPPED_FROM = 60;

/** What begins quoted code; a language may stand behind it. */
const opening = /^ {0,3}(`{3,}(?!`)(?!.*`)|~{3,})/;
/** What ends it: the same marks, and nothing behind them. */
const ending = /^ {0,3}(`{3,}|~{3,})[ \t]*$/;

export function readable(markdown: string): string {
  const parts: string[] = [];
  let lines: string[] = [];
  /** The marks that end the quoted code that is being read. */
  let closing: string | null = null;
  for (const line of markdown.replaceAll('\r\n', '\n').split('\n')) {
    const mark: string | null = (closing === null ? opening : ending).exec(line)?.[1] ?? null;
    if (closing === null && mark !== null) {
      parts.push(withoutHtml(lines.join('\n')));
      lines = [line];
      closing = mark;
    } else if (closing !== null && mark?.startsWith(closing) === true) {
      parts.push([...lines, line].join('\n'));
      lines = [];
      closing = null;
    } else {
      lines.push(line);
    }
  }
  const rest = lines.join('\n');
  parts.push(closing === null ? withoutHtml(rest) : rest);
  return parts
    .filter((part) => part.trim() !== '')
    .join('\n')
    .trim();
}

function withoutHtml(prose: string): string {
  // What is quoted as code stays as it is, a tag in it too.
  const pieces = prose
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .split(/(`[^`\n]+`)/);
  const upTo = (end: string) => `((?:[^<]|<(?!/${end})){0,${LONGEST_INNER}})</${end}\\s{0,9}>`;
  const rules: [RegExp, (...found: string[]) => string][] = [
    [/<img\b[^<>]*>/gi, () => ''],
    [
      // The address is looked for in what was found: in one expression, a tag without an end would take minutes.
      new RegExp(`<a\\b([^<>]*)>${upTo('a')}`, 'gi'),
      (_, attributes = '', words = '') => {
        const shown = words.replace(/<[^<>]*>/g, '').trim();
        const address = /\bhref=["']?([^"'\s]*)/i.exec(attributes)?.[1] ?? '';
        return shown === '' || address === '' ? shown : `[${shown}](${address})`;
      },
    ],
    [
      new RegExp(`<h[1-6]\\b[^<>]*>${upTo('h[1-6]')}`, 'gi'),
      (_, words = '') => `\n\n### ${words.replace(/\s+/g, ' ').trim()}\n\n`,
    ],
    [/<li\b[^<>]*>/gi, () => '\n- '],
    [/<br\s*\/?>/gi, () => ' '],
    [/<\/?[a-z][a-z0-9-]*(?:\s[^<>]*)?\/?>/gi, () => ''],
  ];
  const cleaned = pieces.map((piece, index) =>
    index % 2 === 1 ? piece : rules.reduce((text, [pattern, change]) => text.replace(pattern, change), piece),
  );
  return joined(unindented(prose, cleaned.join('')));
}

/** HTML is indented as its author likes; Markdown would take that for code. */
function unindented(before: string, after: string): string {
  return /<[a-z]/i.test(before) ? after.replace(/^[ \t]{4,}(?![-*+\d \t])/gm, '') : after;
}

/** Lines that an editor has broken are one paragraph again. */
function joined(prose: string): string {
  const paragraphs: string[][] = [];
  /** As its author's editor has left it: only its own length says whether it was broken there. */
  let last = '';
  for (const line of prose.split('\n')) {
    const goesOn = isWrapped(last) && /^[\p{L}\p{N}("'“*_[`]/u.test(line) && !isItem(line);
    if (goesOn) paragraphs.at(-1)?.push(line);
    else paragraphs.push([line]);
    last = line;
  }
  return paragraphs.map((lines) => lines.join(' ')).join('\n');
}

function isWrapped(line: string): boolean {
  return line.length >= WRAPPED_FROM && !/^\s*(?:[#|>]|[-=*_]{3})/.test(line) && !/(?: {2}|\\)$/.test(line);
}

function isItem(line: string): boolean {
  return /^(?:[-*+]|\d{1,9}[.)])\s/.test(line);
}
