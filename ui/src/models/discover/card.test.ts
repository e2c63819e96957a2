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

test('no text makes it fail or take long', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('<a href="x">', '<!--', '```', '<h1>', '</', '>', '\n', '    ', 'x', '`')),
      (parts) => {
        readable(parts.join(''));
      },
    ),
  );
  const begun = performance.now();
  readable('<a href="x">'.repeat(20_000));
  readable('<h1>'.repeat(50_000));
  expect(performance.now() - begun).toBeLessThan(2000);
});
