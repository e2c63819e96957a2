import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { definitionsOver, parseBlocks } from './parse';
import { MarkdownStream } from './stream';
import type { Block } from './tree';

/** Pieces that change what stands around them, more often than chance would put them together. */
const pieces = fc.constantFrom(
  ...[
    'word ',
    'naïve 日本 ',
    '\n',
    '\n',
    '\n\n',
    '\n\n',
    '\r\n',
    '  ',
    '    ',
    '\t',
    '- ',
    '* ',
    '+ ',
    '1. ',
    '2) ',
  ],
  ...[
    '> ',
    '# ',
    '#',
    '---',
    '===',
    '-',
    '=',
    '```',
    '~~~',
    'js',
    '`',
    '**',
    '*',
    '_',
    '~~',
    '\\',
    '&amp;',
    '!',
  ],
  ...[
    '[foo]',
    '[Foo][bar]',
    '[bar]',
    '[x](http://a.b)',
    '![i](http://c.d/e)',
    '(',
    ')',
    '[',
    ']',
    ':',
    '"',
    "'",
  ],
  ...['[foo]: /url', '[foo]: https://a.b\n"title\n', '\n[bar]: https://b.c "ti', 'tle"', '"\n', '\n[bar]:\n'],
  ...[
    '[^1]',
    '[^1]: note',
    '| a | b |',
    '\n| a | b |\n|---|---|\n',
    '|---|---|',
    '| 1 | 2 |\n',
    '[ ] ',
    '[x] ',
  ],
  ...[
    '<!--',
    '-->',
    '<div>',
    '</div>',
    '<http://x.y>',
    'https://a.b/c_d',
    'a@b.de',
    '$x_1$',
    '\\(',
    '\\)',
    '\0',
  ],
);
const documents = fc.array(pieces, { minLength: 1, maxLength: 40 }).map((parts) => parts.join(''));

function atOnce(text: string): Block[] {
  return parseBlocks(text, definitionsOver(null));
}

function streamed(text: string, cuts: number[]): Block[] {
  const stream = new MarkdownStream();
  let end = 0;
  for (let turn = 0; end < text.length; turn += 1) {
    end = Math.min(text.length, end + (cuts[turn % cuts.length] ?? 1));
    stream.update(text.slice(0, end), false);
  }
  return stream.update(text, true);
}

const paragraphs = (count: number) =>
  Array.from({ length: count }, (_, index) => `Paragraph ${index} with *some* words of **its** own.`).join(
    '\n\n',
  );

describe('a text that grows', () => {
  test('ends as the same tree however it was cut', () => {
    fc.assert(
      fc.property(
        documents,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        (text, cuts) => {
          expect(streamed(text, cuts)).toEqual(atOnce(text));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['a definition far behind', 'See [foo].\n\nMore.\n\nAnd more.\n\n[foo]: https://a.b\n\nThe end.\n'],
    ['a definition as the last line', 'See [foo].\n\nMore.\n\nAnd more.\n\n[foo]: https://a.b'],
    ['the first of two definitions', '[foo]\n\ntext\n\n[foo]: https://a.b\n\n[foo]: https://c.d\n\ntext'],
    ['a title over several lines', '[foo]: https://a.b\n"one\n\n# two\n\nthree"\n\n[foo]'],
    ['a title that goes on out of a list', '- [foo]: https://a.b\n"ti\n| a | b |\n|---|---|\n"\n\n[foo]'],
    ['a list that goes on behind empty lines', '- a\n\n\n- b\n\n  c\n\n- d\n\nend'],
    ['an underline that makes a heading', 'Heading\nof two lines\n---\ntext'],
    ['a table right behind text', 'text\n| a | b |\n|---|---|\n| 1 | 2 |\n\nend'],
    ['a fence that is never closed', 'text\n\n```js\nlet a;\n\nlet b;\n'],
    ['a comment that is only text', 'a\n\n<!-- b\n\nc -->\n\nd'],
    ['Windows line ends cut in two', 'a\r\n\r\n- b\r\n- c\r\n\r\nd'],
  ])('is read right at %s', (_, text) => {
    for (const size of [1, 2, 3, 7]) expect(streamed(text, [size])).toEqual(atOnce(text));
  });

  test('costs the parser a bounded number of characters for each piece added, however long it is', () => {
    const text = paragraphs(700);
    const stream = new MarkdownStream();
    let most = 0;
    for (let end = 0; end < text.length; end += 8) {
      const before = stream.parsedCharacters;
      stream.update(text.slice(0, end), false);
      most = Math.max(most, stream.parsedCharacters - before);
    }
    expect(text.split(/\s+/).length).toBeGreaterThan(5_000);
    expect(most, 'one paragraph when it is finished, and the one behind it').toBeLessThan(200);
  });

  test('costs in proportion to its length when it is one long block', () => {
    const text = '```\n' + 'let value = compute(value);\n'.repeat(8_000);
    const stream = new MarkdownStream();
    for (let end = 0; end < text.length; end += 64) stream.update(text.slice(0, end), false);
    expect(stream.parsedCharacters / text.length).toBeLessThan(600);
  });

  test('keeps finished blocks as the same objects', () => {
    const stream = new MarkdownStream();
    const text = paragraphs(20);
    const early = stream.update(text.slice(0, 600), false);
    const late = stream.update(text, true);
    for (const index of [0, 1, 2, 3, 4]) expect(late[index]).toBe(early[index]);
  });

  test('may be replaced by another one', () => {
    const stream = new MarkdownStream();
    stream.update('# One\n\nText [foo].\n\n[foo]: https://a.b\n\n', true);
    expect(stream.update('Two [foo].', true)).toEqual(atOnce('Two [foo].'));
  });

  test('may go on after it was complete', () => {
    const stream = new MarkdownStream();
    stream.update('One **two', true);
    expect(stream.update('One **two** three', false)).toEqual(atOnce('One **two** three'));
  });
});
