import '../../app.css';
import axe from 'axe-core';
import { tick } from 'svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { AnswerState, Message } from '../../backend/bindings';
import { failure } from '../../backend/fake/failure';
import Transcript from './Transcript.svelte';

const stats = {
  prompt_tokens: 1_200,
  reused_tokens: 1_000,
  answer_tokens: 321,
  first_token_ms: 420,
  tokens_per_second: 18.26,
};

function question(id: number, text = `Question ${id}`, siblings = [id]): Message {
  return { id, parent: id === 1 ? null : id - 1, siblings, created_at: 0, body: { role: 'user', text } };
}

function answer(id: number, text = `Answer ${id}`, state: AnswerState = { state: 'complete' }): Message {
  return {
    id,
    parent: id - 1,
    siblings: [id],
    created_at: 0,
    body: { role: 'assistant', text, state, model: 'Small Model', remembered_from: null, stats },
  };
}

/** Questions and answers in turn, the ids being 1, 2, 3… */
function conversation(count: number, text?: string): Message[] {
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0 ? question(index + 1) : answer(index + 1, text),
  );
}

function rememberingFrom(message: Message, from: number): Message {
  if (message.body.role !== 'assistant') throw new Error('Only an answer remembers');
  return { ...message, body: { ...message.body, remembered_from: from } };
}

async function shown(
  messages: Message[],
  change: { busy?: boolean; reading?: { read: number; total: number } } = {},
) {
  const calls = {
    ontryagain: vi.fn(),
    oncontinue: vi.fn(),
    onedit: vi.fn(),
    onwrite: vi.fn(),
    onswitch: vi.fn(),
    oncopy: vi.fn(() => Promise.resolve(true)),
    onlink: vi.fn(),
    onremedy: vi.fn(),
  };
  // As tall as in the window.
  const frame = document.createElement('main');
  frame.className = 'h-full';
  document.body.style.height = '600px';
  document.body.append(frame);
  const screen = await render(
    Transcript,
    { messages, reading: change.reading ?? null, busy: change.busy ?? false, ...calls },
    { baseElement: frame },
  );
  screen.container.style.height = '600px';
  const scroller = frame.querySelector('section');
  if (scroller === null) throw new Error('no scroller');
  return { screen, calls, scroller, root: frame };
}

afterEach(() => document.querySelectorAll('main').forEach((frame) => frame.remove()));

const frameDrawn = () =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
const toEnd = (scroller: Element) => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
const paragraphs = (count: number) =>
  Array.from({ length: count }, (_, at) => `Paragraph ${at}.`).join('\n\n');

describe('a conversation', () => {
  test('is questions and answers, named for screen readers', async () => {
    const { screen } = await shown(conversation(4));
    expect(screen.getByRole('article', { name: 'Your message' }).elements()).toHaveLength(2);
    expect(screen.getByRole('article', { name: 'Answer from Small Model' }).elements()).toHaveLength(2);
  });

  test('shows a question as typed, not as Markdown', async () => {
    const { root } = await shown([question(1, '**not bold**\n  <b>indented</b>'), answer(2)]);
    expect(root.querySelector('article strong, article b')).toBeNull();
    expect(root.textContent).toContain('**not bold**\n  <b>indented</b>');
  });

  test('says from where on the model remembers, by the newest answer', async () => {
    const messages = conversation(8);
    const [oldest, newest] = [messages[3], messages[7]];
    if (oldest === undefined || newest === undefined) throw new Error('too short');
    messages[3] = rememberingFrom(oldest, 1);
    messages[7] = rememberingFrom(newest, 5);
    const { screen, root } = await shown(messages);
    const divider = screen.getByRole('separator').element();
    expect(divider.nextElementSibling?.textContent).toContain('Question 5');
    expect(root.querySelectorAll('[role=separator]')).toHaveLength(1);
  });

  test.each(['light', 'dark'])('passes axe (%s)', async (theme) => {
    document.documentElement.dataset['theme'] = theme;
    const failed: AnswerState = {
      state: 'failed',
      error: failure('out_of_memory'),
    };
    const { root } = await shown([
      question(1, 'One', [1, 9]),
      answer(
        2,
        'Text with `code`, a [link](https://a.b) and\n\n```js\nlet a = 1; // said\n```\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n- [x] task',
      ),
      question(3),
      answer(4, 'Half', { state: 'stopped' }),
      question(5),
      answer(6, '', failed),
    ]);
    await expect.poll(() => root.querySelectorAll('.hljs-keyword').length).toBeGreaterThan(0);
    const { violations } = await axe.run(root, { rules: { region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)])).toEqual([]);
    delete document.documentElement.dataset['theme'];
  });
});

describe('an answer', () => {
  test('that has no text yet says how far the model has read a long prompt', async () => {
    const writing = [question(1), answer(2, '', { state: 'writing' })];
    const { screen, root } = await shown(writing, { busy: true, reading: { read: 1_640, total: 4_100 } });
    await expect.element(screen.getByText('Reading… 40%')).toBeVisible();
    await screen.rerender({ reading: null });
    expect(root.textContent).not.toContain('Reading');
    await expect.element(screen.getByText('Writing…')).toBeInTheDocument();
  });

  test('that is being written offers nothing, and what it offers later moves nothing', async () => {
    const writing = [question(1), answer(2, 'Some text', { state: 'writing' })];
    const { screen, scroller } = await shown(writing, { busy: true });
    expect(screen.getByRole('button', { name: 'Try again' }).query()).toBeNull();
    const height = scroller.scrollHeight;
    const top = screen.getByText('Some text').element().getBoundingClientRect().top;
    await screen.rerender({ messages: [question(1), answer(2, 'Some text')], busy: false });
    await expect.element(screen.getByRole('button', { name: 'Try again' })).toBeEnabled();
    expect(scroller.scrollHeight).toBe(height);
    expect(screen.getByText('Some text').element().getBoundingClientRect().top).toBe(top);
  });

  test.each([
    [{ state: 'cut' }, 'The answer reached the model’s limit.', ['oncontinue']],
    [{ state: 'stopped' }, 'You stopped the answer.', ['oncontinue']],
    [{ state: 'interrupted', by: 'app' }, 'Hearth was closed before', ['oncontinue', 'ontryagain']],
    [{ state: 'interrupted', by: 'engine' }, 'stopped unexpectedly', ['oncontinue', 'ontryagain']],
  ] satisfies [AnswerState, string, ('oncontinue' | 'ontryagain')[]][])(
    'that ended as %j says so and offers what helps',
    async (state, sentence, offered) => {
      const { screen, calls } = await shown([question(1), answer(2, 'Half of', state)]);
      await expect.element(screen.getByText(sentence)).toBeVisible();
      for (const call of offered) {
        const name = call === 'oncontinue' ? 'Continue' : 'Try again';
        await screen.getByRole('button', { name }).first().click();
        expect(calls[call]).toHaveBeenCalledWith(2);
      }
    },
  );

  test('that failed says what it means and offers each remedy', async () => {
    const error = failure('model_missing', { path: '/media/stick/small.gguf' }, 'ENOENT');
    const { screen, calls, root } = await shown([question(1), answer(2, '', { state: 'failed', error })]);
    await expect.element(screen.getByText('small.gguf')).toBeVisible();
    expect(root.textContent).not.toContain('ENOENT');
    await screen.getByRole('button', { name: 'Use the starter model' }).click();
    expect(calls.onremedy).toHaveBeenCalledWith(error, 'use_starter_model');
  });

  test('tells the curious what it took', async () => {
    const { screen } = await shown(conversation(2));
    const details = screen.getByRole('button', { name: 'Details' });
    await details.click();
    await expect.element(details).toHaveAttribute('aria-expanded', 'true');
    for (const text of [
      '18.3 tokens/s',
      '0.42 s',
      '321 tokens',
      '1,200 tokens, 1,000 of them not read again',
    ]) {
      await expect.element(screen.getByText(text, { exact: true })).toBeVisible();
    }
  });

  test('while another is written can be copied, but not tried again', async () => {
    const { screen } = await shown([...conversation(2), question(3), answer(4, 'x', { state: 'writing' })], {
      busy: true,
    });
    await expect.element(screen.getByRole('button', { name: 'Try again' })).toBeDisabled();
    await expect.element(screen.getByRole('button', { name: 'Edit' }).first()).toBeDisabled();
    await expect.element(screen.getByRole('button', { name: 'Copy' }).first()).toBeEnabled();
  });
});

describe('what can be done with a message', () => {
  test('is reached by keyboard, in place', async () => {
    const { screen, calls } = await shown(conversation(2));
    const copy = screen.getByRole('button', { name: 'Copy' }).first();
    const group = screen.getByRole('group', { name: 'Actions for your message' }).element();
    expect(getComputedStyle(group).opacity).toBe('0');
    const { top } = group.getBoundingClientRect();
    copy.element().focus();
    await expect.poll(() => getComputedStyle(group).opacity).toBe('1');
    expect(group.getBoundingClientRect().top).toBe(top);
    await userEvent.keyboard('{Enter}');
    expect(calls.oncopy).toHaveBeenCalledWith('Question 1');
    await expect.element(screen.getByRole('button', { name: 'Copied' })).toBeInTheDocument();
  });

  test('a question is asked again in other words', async () => {
    const { screen, calls } = await shown(conversation(2));
    await screen.getByRole('button', { name: 'Edit' }).click();
    const editor = screen.getByRole('textbox', { name: 'Edit your message' });
    await expect.element(editor).toHaveFocus();
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}please{Enter}');
    expect(calls.onedit).toHaveBeenCalledWith(1, 'Question 1\nplease');
    await expect.element(editor).not.toBeInTheDocument();
  });

  test('leaving the editor changes nothing and gives the focus back', async () => {
    const { screen, calls } = await shown(conversation(2));
    await screen.getByRole('button', { name: 'Edit' }).click();
    await userEvent.keyboard(' other words{Escape}');
    await expect.element(screen.getByRole('button', { name: 'Edit' })).toHaveFocus();
    expect(calls.onedit).not.toHaveBeenCalled();
    await expect.element(screen.getByText('Question 1', { exact: true })).toBeVisible();
  });

  test('versions are switched, and the focus stays on the switch', async () => {
    const versions = [2, 7, 9];
    const second = { ...answer(7, 'Second try'), parent: 1, siblings: versions };
    const third = { ...answer(9, 'Third try'), parent: 1, siblings: versions };
    const { screen, calls } = await shown([question(1), second]);
    await expect.element(screen.getByText('Version 2 of 3')).toBeInTheDocument();
    await screen.getByRole('button', { name: 'Next version' }).click();
    expect(calls.onswitch).toHaveBeenCalledWith(9);
    await screen.rerender({ messages: [question(1), third] });
    await expect.element(screen.getByText('Third try')).toBeVisible();
    await expect.element(screen.getByRole('button', { name: 'Next version' })).toBeDisabled();
    await screen.getByRole('button', { name: 'Previous version' }).click();
    expect(calls.onswitch).toHaveBeenLastCalledWith(7);
  });
});

describe('the view', () => {
  const long = (count: number, state: AnswerState) => [question(1), answer(2, paragraphs(count), state)];

  test('opens at the end, and another conversation, too', async () => {
    const { screen, scroller } = await shown(conversation(40));
    await frameDrawn();
    expect(toEnd(scroller)).toBeLessThan(2);
    const others = conversation(30).map((message) => ({
      ...message,
      id: message.id + 100,
      parent: message.parent === null ? null : message.parent + 100,
      siblings: [message.id + 100],
    }));
    await screen.rerender({ messages: others });
    await frameDrawn();
    expect(toEnd(scroller)).toBeLessThan(2);
  });

  test('follows the text that is written', async () => {
    const { screen, scroller } = await shown(long(30, { state: 'writing' }), { busy: true });
    for (const count of [31, 40, 60]) {
      await screen.rerender({ messages: long(count, { state: 'writing' }) });
      await frameDrawn();
      expect(toEnd(scroller)).toBeLessThan(2);
    }
  });

  test('stays where the reader has scrolled to, until the end is asked for', async () => {
    const { screen, scroller } = await shown(long(40, { state: 'writing' }), { busy: true });
    await frameDrawn();
    scroller.scrollTop -= 10;
    await frameDrawn();
    const top = scroller.scrollTop;
    await screen.rerender({ messages: long(60, { state: 'writing' }) });
    await screen.rerender({ messages: long(60, { state: 'complete' }), busy: false });
    await frameDrawn();
    expect(scroller.scrollTop).toBe(top);
    await screen.getByRole('button', { name: 'To the end' }).click();
    await frameDrawn();
    expect(toEnd(scroller)).toBeLessThan(2);
    await expect.element(screen.getByRole('button', { name: 'To the end' })).not.toBeInTheDocument();
  });

  test('follows again from where the reader returns to the end', async () => {
    const { screen, scroller } = await shown(long(40, { state: 'writing' }), { busy: true });
    await frameDrawn();
    scroller.scrollTop -= 300;
    await frameDrawn();
    scroller.scrollTop = scroller.scrollHeight;
    await frameDrawn();
    await screen.rerender({ messages: long(60, { state: 'writing' }) });
    await frameDrawn();
    expect(toEnd(scroller)).toBeLessThan(2);
  });

  test('goes to what has just been asked', async () => {
    const { screen, scroller } = await shown(conversation(40));
    await frameDrawn();
    scroller.scrollTop = scroller.scrollHeight / 2;
    await frameDrawn();
    await screen.rerender({
      messages: [...conversation(40), question(41), answer(42, '', { state: 'writing' })],
      busy: true,
    });
    await frameDrawn();
    expect(toEnd(scroller)).toBeLessThan(2);
  });

  test('holds a bounded part of a long conversation, and more as the reader scrolls up, without a jump', async () => {
    const { root, scroller } = await shown(conversation(500, paragraphs(6)));
    await frameDrawn();
    expect(root.querySelectorAll('article').length).toBe(24);
    const seen = [...root.querySelectorAll('article')].at(0);
    scroller.scrollTop = 0;
    const before = seen?.getBoundingClientRect().top;
    await expect.poll(() => root.querySelectorAll('article').length).toBe(40);
    await tick();
    expect(Math.abs((seen?.getBoundingClientRect().top ?? 0) - (before ?? 0))).toBeLessThan(2);
  });
});
