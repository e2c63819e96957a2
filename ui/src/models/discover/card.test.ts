import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readable } from './card';

test('HTML around the words goes, the words stay', () => {
  expect(readable('<div align="center">\n      <h1>Tiny 1B</h1>\n      A small model.\n</div>')).toBe(
    '### Tiny 1B\n\n\nA small model.',
  );
});

test('a link stays a link, a badge without words goes', () => {
  expect(readable('<a href="https://example.org/x" target="_blank"><b>Read more</b></a>')).toBe(
    '[Read more](https://example.org/x)',
  );
  expect(readable('<a href="https://example.org/x"><img src="badge.svg"/></a>')).toBe('');
});

test('comments, scripts and pictures go with all that is in them', () => {
  expect(readable('a<!-- hidden\nlines -->b<script>alert(1)</script>c<img src="x.png" alt="y">d')).toBe(
    'abcd',
  );
});

test('what is quoted as code stays as it is', () => {
  const quoted = 'Use `<think>` first.\n```html\n<div>\n    <b>x</b>\n</div>\n```\nThen go on.';
  expect(readable(quoted)).toBe(quoted);
});

test('an address in angle brackets and a comparison are no tags', () => {
  const text = 'See <https://example.org>. It is 3 < 4 and 5 > 4.';
  expect(readable(text)).toBe(text);
});

test('a line that an editor has broken goes on, one that its author has broken does not', () => {
  const wrapped =
    'This model answers questions, writes and rewrites texts, and follows instructions in\nseveral languages.';
  expect(readable(wrapped)).toBe(wrapped.replace('\n', ' '));
  expect(readable('Short.\nAlso short.')).toBe('Short.\nAlso short.');
});

test('lists, tables and headings keep their lines', () => {
  const text = [
    '# A heading that is long enough to have been broken by somebody’s editor, but is not',
    'Text.',
    '',
    '- an item that is long enough to have been broken by somebody’s editor, but is not',
    '- another one',
    '',
    '| a table | that is long enough to have been broken by somebody’s editor | but |',
    '|---|---|---|',
    '| a | b | c |',
  ].join('\n');
  expect(readable(text)).toBe(text);
});

test('a short line ends its paragraph, also behind one that an editor has broken', () => {
  const wrapped =
    'This model answers questions, writes and rewrites texts, and follows instructions in\nseveral languages.';
  expect(readable(`${wrapped}\nLicence: MIT\nAuthor: Ada`)).toBe(
    `${wrapped.replace('\n', ' ')}\nLicence: MIT\nAuthor: Ada`,
  );
});

test('quoted code that quotes the beginning of code ends where it ends', () => {
  const quoted = '````\n```python\n<b>x</b>\n```\n````\n';
  const other = '```\n```python\n<b>y</b>\n```';
  expect(readable(`${quoted}${other}\n<b>z</b>`)).toBe(`${quoted}${other}\nz`);
});

test('a link without an address keeps its words', () => {
  expect(readable('<a name="top">Top</a> and <a class="x" href=y.html>more</a>')).toBe(
    'Top and [more](y.html)',
  );
});

test('no text makes it fail', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('<a href="x">', '<!--', '```', '<h1>', '</', '>', '\n', '    ', 'x', '`')),
      (parts) => {
        readable(parts.join(''));
      },
    ),
  );
});

/** As much of a stranger's text as is ever shown. */
const LONGEST = 512 * 1024;

test.each([
  ['links without an end', '<a href="x">'],
  ['headings without an end', '<h1>'],
  ['one link that never ends', '<a href=x', 'x'],
  ['one link with ever more addresses', '<a href=x', ' href=x'],
  ['lines that were all broken', 'several words that make this line longer than one of sixty letters\n'],
  ['blanks before a dash', '<b>', ' ', '-'],
  ['the end of a link that never ends', '<a></a', ' '],
  ['code that is begun again and again', '```x\n'],
])('no text takes long: %s', (_, first, more = first, last = '') => {
  const text = first + more.repeat(LONGEST / more.length) + last;
  const begun = performance.now();
  readable(text);
  expect(performance.now() - begun).toBeLessThan(2000);
});
