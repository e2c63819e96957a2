/** Asking, reading, stopping: a conversation from the first word on. */
import { calls, expect, test } from './open';

test('on the first start the composer has the focus and the first message is answered', async ({
  page,
  open,
}) => {
  await open('first-start');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();

  await page.keyboard.type('How does a rainbow come about?');
  await page.keyboard.press('Enter');

  await expect(page.getByText('sunlight taken apart')).toBeVisible();
  await expect(page.getByText('nobody else sees quite the same one.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('');
  await expect(page.getByRole('button', { name: 'How a rainbow comes about', exact: true })).toBeVisible();
});

test('something to try is one click', async ({ page, open }) => {
  await open('first-start');
  await page.getByRole('button', { name: 'Explain how a rainbow comes about' }).click();
  await expect(page.getByText('sunlight taken apart')).toBeVisible();
  expect(await calls(page, 'send')).toEqual([[null, null, 'Explain how a rainbow comes about']]);
});

test('whoever comes back finds the newest conversation', async ({ page, open }) => {
  await open('full');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Flat and dense sourdough');
  await expect(page.getByText('It doubles in five hours.')).toBeVisible();
});

test('shift and Enter break the line', async ({ page, open }) => {
  await open('first-start');
  await page.keyboard.type('one');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('two');
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('one\ntwo');
  expect(await calls(page, 'send')).toEqual([]);
});

test('Enter that ends the composition of an input method does not send', async ({ page, open }) => {
  await open('first-start');
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill('かな');
  await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
  expect(await calls(page, 'send')).toEqual([]);
});

test('an answer can be stopped with Esc, and the composer keeps the focus', async ({ page, open }) => {
  await open('writing');
  await page.getByRole('textbox', { name: 'Message' }).fill('Tell me');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Stop the answer' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  expect(await calls(page, 'stop')).toHaveLength(1);
});

test('an answer goes on while another conversation is read, and is there when one comes back', async ({
  page,
  open,
}) => {
  await open('writing');
  await page.getByRole('textbox', { name: 'Message' }).fill('Tell me');
  await page.keyboard.press('Enter');
  await expect(page.getByText('nobody else sees quite the same one.')).toBeVisible();

  await page.getByRole('button', { name: 'Three quiet days in Lisbon', exact: true }).click();
  const asked = page.getByRole('button', { name: /^Flat and dense sourdough/ }).first();
  await expect(asked).toContainText('an answer is being written');
  await page.evaluate(() => window.hearth.endAnswer({ state: 'complete' }));
  await expect(asked).toContainText('new answer');
  await expect(page.getByRole('status').filter({ hasText: 'is ready' })).toHaveCount(1);

  await asked.click();
  await expect(page.getByText('nobody else sees quite the same one.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible();
});

test('each conversation keeps its own draft', async ({ page, open }) => {
  await open('full');
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill('about bread');
  await page.getByRole('button', { name: 'New chat' }).click();
  await expect(field).toHaveValue('');
  await field.fill('something new');
  await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).click();
  await expect(field).toHaveValue('about bread');
  expect(await calls(page, 'saveDraft')).toEqual(
    expect.arrayContaining([
      [13, 'about bread'],
      [null, 'something new'],
    ]),
  );
});

test('a screen reader hears that an answer begins and ends, not each word', async ({ page, open }) => {
  await open('first-start');
  await page.evaluate(() => {
    const region = document.querySelector('[data-announcer]');
    const heard: string[] = [];
    Object.assign(window, { heard });
    if (region === null) throw new Error('no live region');
    new MutationObserver(() => heard.push(region.textContent)).observe(region, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  await page.keyboard.type('Tell me');
  await page.keyboard.press('Enter');
  await expect(page.getByText('nobody else sees quite the same one.')).toBeVisible();
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { heard: string[] }).heard))
    .toEqual(['An answer is being written.', 'The answer is complete.']);
});

test('an earlier question can be asked in other words', async ({ page, open }) => {
  await open('full');
  await page.getByRole('button', { name: 'Edit' }).last().click();
  await page.getByRole('textbox', { name: 'Edit your message' }).fill('And with rye?');
  await page.keyboard.press('Enter');
  await expect(page.getByText('sunlight taken apart')).toBeVisible();
  const [sent] = await calls(page, 'send');
  expect(sent?.[2]).toBe('And with rye?');
});

test('a link shows its real address before it is opened', async ({ page, open }) => {
  await open('full');
  await page.getByRole('button', { name: 'Dates in front of photo names', exact: true }).click();
  await page.getByRole('link', { name: 'pathlib documentation' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('https://docs.python.org/3/library/pathlib.html');

  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await calls(page, 'openLink')).toEqual([]);

  await page.getByRole('link', { name: 'pathlib documentation' }).click();
  await page.getByRole('button', { name: 'Open in the browser' }).click();
  expect(await calls(page, 'openLink')).toEqual([['https://docs.python.org/3/library/pathlib.html']]);
});

test('details under an answer say what it took: speed, what was not read again, what was guessed, the device', async ({
  page,
  open,
}) => {
  await open('answer-guessed');
  await page.getByRole('textbox', { name: 'Message' }).fill('Fix this text');
  await page.keyboard.press('Enter');
  const answer = page.getByRole('article', { name: /^Answer from/ }).last();
  await answer.getByRole('button', { name: 'Details' }).click();
  const fact = (name: string) =>
    answer.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]');
  await expect(fact('Speed')).toHaveText('41.6 tokens/s');
  await expect(fact('First token after')).toHaveText('0.18 s');
  await expect(fact('Answer')).toHaveText('238 tokens');
  await expect(fact('Prompt')).toHaveText('4,212 tokens, 4,180 of them not read again (4,096 from the disk)');
  await expect(fact('Guessed ahead')).toHaveText('214 tokens, 171 of them right');
  await expect(fact('Device')).toHaveText('NVIDIA GeForce RTX 3060 (CUDA)');
});

test('an answer of an older version shows what is known of it and nothing else', async ({ page, open }) => {
  await open('full');
  const answer = page.getByRole('article', { name: /^Answer from/ }).last();
  await answer.getByRole('button', { name: 'Details' }).click();
  await expect(answer.locator('dl')).toContainText('412 tokens, 367 of them not read again');
  await expect(answer.locator('dl')).not.toContainText(/disk|Guessed|Device|undefined|null/);
});
