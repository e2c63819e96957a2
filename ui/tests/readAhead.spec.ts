/** While a question is written, the model reads ahead what is certain of it, and nobody notices. */
import type { Page } from '@playwright/test';
import { failure } from '../src/backend/fake/failure';
import { starterNamed } from '../src/backend/fake/library';
import { starter } from '../src/backend/fake/situations';
import type { ScenarioName } from '../src/backend/fake/scenarios';
import { calls, expect, test } from './open';

const field = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const prepared = (page: Page) => calls(page, 'prepare');

/** Pastes as a keyboard would: a paste event with the text on its clipboard, then the text. */
async function paste(page: Page, text: string) {
  await field(page).evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
  await page.keyboard.insertText(text);
}

/** The page’s own time stands still until a test lets it pass. */
async function openStill(
  page: Page,
  open: (scenario: ScenarioName) => Promise<void>,
  scenario: ScenarioName,
) {
  await page.clock.install();
  await open(scenario);
  await expect(field(page)).toBeFocused();
  await expect.poll(() => calls(page, 'hardwareSettings')).toHaveLength(1);
  await page.clock.pauseAt(new Date(Date.now() + 3_600_000));
}

test('what is typed is read ahead once the keys rest, as it would be sent', async ({ page, open }) => {
  await openStill(page, open, 'full');
  await page.keyboard.type('And in a warm');
  await page.clock.runFor(290);
  await page.keyboard.type(' kitchen?');
  await page.clock.runFor(290);
  expect(await prepared(page)).toEqual([]);
  await page.clock.runFor(20);
  const [asked] = await prepared(page);
  expect(asked?.[2]).toBe('And in a warm kitchen?');

  await page.keyboard.press('Enter');
  const [sent] = await calls(page, 'send');
  expect(asked, 'the same conversation, the same place in it').toEqual(sent?.slice(0, 3));
});

test('what is pasted is read ahead at once', async ({ page, open }) => {
  await openStill(page, open, 'first-start');
  await paste(page, 'A long letter. '.repeat(300));
  expect(await prepared(page)).toEqual([[null, null, 'A long letter. '.repeat(300)]]);
});

test('an edited question is read ahead in its own place', async ({ page, open }) => {
  await openStill(page, open, 'full');
  const question = page.getByRole('article', { name: 'Your message' }).last();
  await question.hover();
  await question.getByRole('button', { name: 'Edit' }).click();
  const editor = page.getByRole('textbox', { name: 'Edit your message' });
  await editor.fill('How do I tell in a cold kitchen?');
  await page.clock.runFor(310);
  const [asked] = await prepared(page);
  expect(asked?.[2]).toBe('How do I tell in a cold kitchen?');
  await editor.press('Enter');
  const [sent] = await calls(page, 'send');
  expect(asked).toEqual(sent?.slice(0, 3));
});

test('a question that is opened for editing and left alone is not read ahead', async ({ page, open }) => {
  await openStill(page, open, 'full');
  const question = page.getByRole('article', { name: 'Your message' }).last();
  await question.hover();
  await question.getByRole('button', { name: 'Edit' }).click();
  await page.clock.runFor(2000);
  expect(await prepared(page)).toEqual([]);
});

for (const [scenario, why] of [
  ['read-ahead-off', 'the person does not want it'],
  ['resting', 'the model rests'],
  ['loading', 'the model is not there yet'],
  ['trouble-engine-crashed', 'the model has trouble'],
] as const) {
  test(`nothing is read ahead while ${why}`, async ({ page, open }) => {
    await openStill(page, open, scenario);
    await page.keyboard.type('Hello');
    await page.clock.runFor(2000);
    expect(await prepared(page)).toEqual([]);
  });
}

test('nothing is read ahead while an answer is written, and once it has ended what was typed is', async ({
  page,
  open,
}) => {
  await openStill(page, open, 'writing');
  await page.keyboard.type('First');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Stop the answer' })).toBeVisible();
  await page.keyboard.type('Second');
  await page.clock.runFor(2000);
  expect(await prepared(page)).toEqual([]);
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await expect(page.getByRole('button', { name: 'Stop the answer' })).toHaveCount(0);
  await page.clock.runFor(310);
  expect((await prepared(page)).map(([, , text]) => text)).toEqual(['Second']);
});

test('what was typed while the model was loading is read ahead once it is there', async ({ page, open }) => {
  await openStill(page, open, 'loading');
  await page.keyboard.type('I was quick');
  await page.clock.runFor(2000);
  expect(await prepared(page)).toEqual([]);
  await page.evaluate((model) => window.hearth.setEngine({ state: 'ready', model }), {
    ...starter,
    path: starterNamed.id,
  });
  await page.clock.runFor(310);
  expect(await prepared(page)).toHaveLength(1);
});

test('blanks and an empty field are nothing to read', async ({ page, open }) => {
  await openStill(page, open, 'full');
  await page.keyboard.type('  ');
  await page.clock.runFor(2000);
  await field(page).fill('');
  await page.clock.runFor(2000);
  expect(await prepared(page)).toEqual([]);
});

test('a failure of it is nobody’s trouble', async ({ page, open }) => {
  await openStill(page, open, 'full');
  await page.evaluate((error) => window.hearth.setFailure('prepare', error), failure('internal'));
  await page.keyboard.type('Go on');
  await page.clock.runFor(2000);
  expect(await prepared(page)).toHaveLength(1);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(field(page)).toHaveValue('Go on');
  await expect(field(page)).toBeFocused();
});
