import { describe, expect, test } from 'vitest';
import { definitionsOver, parseBlocks } from './parse';
import { settleTail } from './settle';
import type { Block } from './tree';

function seen(tail: string): Block[] {
  return parseBlocks(settleTail(tail), definitionsOver(null));
}

describe('the end of a text that is being written', () => {
  test.each([
    ['bold from its first letter', 'some **bol', 'some **bol**'],
    ['bold while its end arrives', 'some **bold*', 'some **bold**'],
    ['marks that hold nothing yet are hidden', 'some **', 'some'],
    ['emphasis inside of bold', '**one *two', '**one *two***'],
    ['code from its first letter', 'call `fo', 'call `fo`'],
    ['a back-tick that holds nothing yet', 'call `', 'call'],
    ['struck text', 'not ~~this', 'not ~~this~~'],
    ['a link as its words', 'see [the pa', 'see the pa'],
    ['a link without its address', 'see [the page](https://exa', 'see the page'],
    ['a whole link', 'see [the page](https://a.b)', 'see [the page](https://a.b)'],
    ['no half image', 'see ![a ca', 'see'],
    ['a list item of which only the mark is there', '- one\n-', '- one'],
    ['no heading out of a dash', 'text\n-', 'text'],
    ['no rule out of two stars', 'text\n\n**', 'text'],
    ['half a fence', 'text\n\n``', 'text'],
    ['half a task', 'text\n\n- [x', 'text'],
    ['a multiplication', 'is 2 * 3', 'is 2 * 3'],
    ['snake_case', 'the_name of', 'the_name of'],
    ['escaped stars', 'a \\*b', 'a \\*b'],
    ['bold text of an earlier paragraph is left alone', '**a\n\nb', '**a\n\nb'],
  ])('%s', (_, tail, expected) => {
    expect(seen(tail)).toEqual(parseBlocks(expected, definitionsOver(null)));
  });

  test('nothing is closed inside of a code block', () => {
    expect(seen('```py\na = b ** c')).toEqual([{ kind: 'code', language: 'py', text: 'a = b ** c' }]);
    expect(seen('```py\na\n``')).toEqual([{ kind: 'code', language: 'py', text: 'a' }]);
  });

  test('the head of a table is a table from its second line on, and not shown as text before', () => {
    expect(seen('text\n\n| a | b')).toHaveLength(1);
    for (const end of ['', '|', '|--', '|---|-']) {
      expect(seen(`| a | b |\n${end}`)).toMatchObject([{ kind: 'table', rows: [] }]);
    }
  });

  test('a bold word is never seen with its marks while it arrives letter by letter', () => {
    const text = 'First **second** and *third*, `fourth` then ~~fifth~~ [sixth](https://a.b/c) end.';
    for (let end = 1; end <= text.length; end += 1) {
      expect(JSON.stringify(seen(text.slice(0, end))), text.slice(0, end)).not.toMatch(
        /[*`~[\]]{1,2}[a-z(]|\*\*/,
      );
    }
  });
});
