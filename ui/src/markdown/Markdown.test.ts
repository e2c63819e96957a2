import '../app.css';
import { tick } from 'svelte';
import { describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Markdown from './Markdown.svelte';

async function drawn(text: string, growing = false) {
  const oncopy = vi.fn(() => Promise.resolve(true));
  const onlink = vi.fn();
  const screen = await render(Markdown, { text, growing, oncopy, onlink });
  return { screen, oncopy, onlink, root: screen.container };
}

describe('GitHub’s Markdown', () => {
  test('is drawn with the elements that mean it', async () => {
    const { root } = await drawn(
      '# One\n\nText **bold** *soft* ~~gone~~ `code`\n\n1. a\n2. b\n   - c\n\n- [x] done\n- [ ] open\n\n> said\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n---\n\n```js\nlet a;\n```\n',
    );
    for (const selector of [
      'h3',
      'strong',
      'em',
      'del',
      'p code',
      'ol > li > ul > li',
      'blockquote p',
      'th',
      'td',
      'hr',
    ]) {
      expect(root.querySelector(selector), selector).not.toBeNull();
    }
    expect(root.querySelector('[aria-label="Done"]')).not.toBeNull();
    expect(root.querySelector('[aria-label="To do"]')).not.toBeNull();
    expect(root.querySelector('figure code')?.textContent).toBe('let a;');
  });

  test('has line breaks where the model made them', async () => {
    const { root } = await drawn('Roses are red,\nviolets are blue');
    const line = document.createRange();
    line.selectNodeContents(root.querySelector('p') ?? root);
    expect(new Set([...line.getClientRects()].map((rect) => rect.top)).size).toBe(2);
  });

  test('leaves TeX as it was written', async () => {
    const { root } = await drawn(
      'So $a_1 * b_2 * c$ and \\(x\\_y\\), but $5 and $10 *now*.\n\n\\[\na \\\\ b_1 _c_\n\\]',
    );
    expect(root.textContent).toContain('$a_1 * b_2 * c$');
    expect(root.textContent).toContain('\\(x\\_y\\)');
    expect(root.textContent).toContain('a \\\\ b_1 _c_');
    expect(root.querySelectorAll('em')).toHaveLength(1);
  });

  test('keeps a footnote where it stands', async () => {
    const { root } = await drawn('Claim[^1].\n\n[^1]: Source\n');
    expect(root.querySelectorAll('sup')).toHaveLength(2);
    expect(root.textContent).toContain('Source');
  });
});

const hostile = [
  '<script>window.pwned = 1</script>',
  '<img src=x onerror="window.pwned = 1">',
  '<svg onload="window.pwned = 1"><a xlink:href="javascript:window.pwned=1">x</a></svg>',
  '<iframe src="https://evil.example"></iframe><object data="x"></object><base href="https://evil.example">',
  '<style>body{display:none}</style><p style="position:fixed" id="app" onclick="window.pwned=1">x</p>',
  '[x](javascript:window.pwned=1)\n\n[x](JaVaScRiPt:alert(1))\n\n[x](java\nscript:alert(1))\n\n[x](&#106;avascript:alert(1))',
  '[x](data:text/html,<script>1</script>) <data:text/html;base64,PHNjcmlwdD4=> [x](vbscript:x) [x](file:///etc/passwd)',
  '[x](//evil.example) [x](/relative) [x](#anchor) [x](blob:https://a.b/c) [x](tauri://localhost) [x](ipc://localhost)',
  '![x](https://evil.example/pixel.png "t") ![x](data:image/svg+xml,<svg/onload=alert(1)>) ![x](javascript:alert(1))',
  '[x]\n\n[x]: javascript:window.pwned=1 "onclick=alert(1)"',
  '[__proto__] [constructor]\n\n[__proto__]: https://a.b\n[constructor]: https://a.b',
  '```"><img src=x onerror=window.pwned=1>\n</code><script>window.pwned=1</script>\n```',
  '```html\n<script>window.pwned = 1</script>\n```',
  '| <b onclick=x>a</b> |\n|---|\n| <img src=x onerror=window.pwned=1> |',
  '&lt;script&gt;window.pwned=1&lt;/script&gt; &#0; &#xD800; \u202e\u0000\ufeff',
  '<https://a.b" onmouseover="window.pwned=1> https://a.b/"onmouseover=window.pwned=1',
  '[a](<https://a.b/\'"><script>x</script>>) [![i](https://c.d/e)](javascript:x)',
];

const allowedAttributes = new Set(
  'class dir href rel role aria-label aria-hidden tabindex scope type start xmlns width height viewbox fill stroke stroke-width stroke-linecap stroke-linejoin d x y rx ry cx cy r points'.split(
    ' ',
  ),
);

describe('whatever a model writes', () => {
  test.each(hostile)('stays harmless: %j', async (text) => {
    for (const growing of [true, false]) {
      const { root, screen } = await drawn(text, growing);
      expect(
        root.querySelector('script, img, iframe, object, base, style, form, input, [id], [style], [src]'),
      ).toBeNull();
      for (const element of root.querySelectorAll('.markdown *')) {
        for (const { name } of element.attributes)
          expect(allowedAttributes, name).toContain(name.toLowerCase());
      }
      for (const link of root.querySelectorAll('a')) {
        expect(link.href).toMatch(/^(https?|mailto):/);
        expect(link.rel).toBe('noopener noreferrer nofollow');
      }
      expect('pwned' in window).toBe(false);
      await screen.unmount();
    }
  });

  test('shows HTML as the text that it is', async () => {
    const { root } = await drawn('Use <b>bold</b> and <!-- this -->.');
    expect(root.textContent).toContain('Use <b>bold</b> and <!-- this -->.');
  });

  test.each([
    ['quotations', '>'.repeat(50_000) + ' end'],
    ['lists', Array.from({ length: 400 }, (_, depth) => '  '.repeat(depth) + '- item').join('\n')],
    ['emphasis', '*a **b '.repeat(900) + 'end'],
    ['brackets', '['.repeat(50_000)],
    ['one block of more than a megabyte', 'word '.repeat(220_000)],
    ['back-ticks of every length', Array.from({ length: 600 }, (_, length) => '`'.repeat(length)).join(' ')],
    ['half links', '[a](<b'.repeat(20_000)],
  ])('that is deep or long without measure is shown, too: %s', async (_, text) => {
    const { root } = await drawn(text);
    expect(root.querySelector('.markdown')?.textContent.length).toBeGreaterThan(0);
    let deepest = 0;
    for (const element of root.querySelectorAll('.markdown *:not(:has(*))')) {
      let depth = 0;
      for (let at: Element | null = element; at !== null && at !== root; at = at.parentElement) depth += 1;
      deepest = Math.max(deepest, depth);
    }
    expect(deepest).toBeLessThan(450);
  });

  test('does not make the column wider', async () => {
    const { root } = await drawn(
      `${'x'.repeat(5_000)} \`${'y'.repeat(5_000)}\` https://a.b/${'z'.repeat(5_000)}`,
    );
    const markdown = root.querySelector('.markdown');
    expect(markdown?.scrollWidth).toBe(markdown?.clientWidth);
  });
});

describe('links', () => {
  test('are raised and never followed', async () => {
    const { screen, onlink } = await drawn('See [the page](https://a.b/c) or <mailto:x@y.de>.');
    const here = location.href;
    await screen.getByRole('link', { name: 'the page' }).click();
    expect(onlink).toHaveBeenLastCalledWith('https://a.b/c');
    await userEvent.tab();
    screen.getByRole('link', { name: 'x@y.de' }).element();
    await userEvent.keyboard('{Enter}');
    expect(onlink).toHaveBeenLastCalledWith('mailto:x@y.de');
    await screen.getByRole('link', { name: 'the page' }).click({ button: 'middle' });
    expect(onlink).toHaveBeenCalledTimes(3);
    expect(location.href).toBe(here);
  });

  test('an image is named with the place it would come from, and not loaded', async () => {
    const { root, screen, onlink } = await drawn('![a cat](https://cats.example/cat.png)');
    expect(root.querySelector('img')).toBeNull();
    expect(root.textContent).toContain('cats.example');
    await screen.getByRole('link', { name: /a cat/ }).click();
    expect(onlink).toHaveBeenCalledWith('https://cats.example/cat.png');
  });
});

describe('code', () => {
  const python = '```python\ndef greet(name):\n    return f"Hello {name}"  # warmly\n```\n';

  test('is coloured without changing its text or its size', async () => {
    const { root } = await drawn(python);
    const code = root.querySelector('figure code');
    const before = code?.getBoundingClientRect();
    await expect.poll(() => root.querySelectorAll('figure .hljs-keyword').length).toBeGreaterThan(0);
    expect(code?.textContent).toBe('def greet(name):\n    return f"Hello {name}"  # warmly');
    expect(code?.getBoundingClientRect()).toEqual(before);
  });

  test('is copied as it is, and the button says so for a moment', async () => {
    const { screen, oncopy } = await drawn(python);
    await screen.getByRole('button', { name: 'Copy code' }).click();
    expect(oncopy).toHaveBeenCalledWith('def greet(name):\n    return f"Hello {name}"  # warmly');
    await expect.element(screen.getByRole('status')).toHaveTextContent('Copied');
    await expect.element(screen.getByRole('button', { name: 'Copy code' })).toBeVisible();
  });

  test('that did not reach the clipboard is not called copied', async () => {
    const { screen, oncopy } = await drawn(python);
    oncopy.mockResolvedValue(false);
    await screen.getByRole('button', { name: 'Copy code' }).click();
    await oncopy.mock.results[0]?.value;
    await tick();
    await expect.element(screen.getByRole('button', { name: 'Copy code' })).toBeVisible();
    expect(screen.getByRole('status').element().textContent).toBe('');
  });

  test('that is wider than the column can be scrolled by keyboard', async () => {
    const { screen } = await drawn('```\n' + 'x'.repeat(2_000) + '\n```');
    const region = screen.getByRole('region', { name: 'Code, Code' });
    await expect.element(region).toHaveAttribute('tabindex', '0');
  });
});

describe('a long answer', () => {
  test('is drawn by touching only the end of the page', async () => {
    const paragraph =
      'Some **bold** and plain words of a long answer, with `code` in it and [a link](https://a.b).\n\n';
    const text = `${paragraph.repeat(400)}- one\n- two\n`;
    const { screen, root } = await drawn(text, true);
    const first = root.querySelector('p');
    let touched = 0;
    const observer = new MutationObserver((records) => {
      for (const { addedNodes, removedNodes } of records)
        touched += 1 + addedNodes.length + removedNodes.length;
    });
    observer.observe(root, { childList: true, characterData: true, attributes: true, subtree: true });
    let grown = text;
    let most = 0;
    for (const piece of [
      '- three',
      ' **and',
      ' more**',
      '\n\nA',
      'nother',
      ' paragraph',
      '\n\n',
      'The',
      ' end',
      '.',
    ]) {
      grown += piece;
      touched = 0;
      await screen.rerender({ text: grown });
      await Promise.resolve();
      most = Math.max(most, touched);
    }
    observer.disconnect();
    expect(root.querySelector('p')).toBe(first);
    expect(root.textContent).toContain('Another paragraph');
    expect(most).toBeGreaterThan(0);
    expect(most, 'changes of the page for one piece of text').toBeLessThan(40);
  });
});
