/** The search over the Hub: only the newest answer is shown, the list stays in its place, and every trouble has a way on. */
import type { Page } from '@playwright/test';
import { failure } from '../src/backend/fake/failure';
import { calls, expect, test } from './open';

const field = (page: Page) => page.getByRole('textbox', { name: 'Search models' });
const lines = (page: Page) => page.getByRole('list', { name: 'Models found' }).getByRole('listitem');

async function openModels(page: Page) {
  await page.getByRole('button', { name: /^Models/ }).click();
  await field(page).focus();
}

test('typing asks once it pauses, not for every letter', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  await page.keyboard.type('falcon', { delay: 20 });
  await expect(lines(page)).toHaveCount(6);
  const asked = await calls(page, 'searchModels');
  expect(asked).toEqual([
    [{ words: 'falcon', sort: 'trending', purpose: null, licence: null, fits_here: false }, null],
  ]);
});

test('an answer that comes after a newer question is never shown', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  // The first answer is held back until the second has come.
  await page.evaluate(() => {
    const { hearth } = window;
    const real = hearth.searchModels.bind(hearth);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    hearth.searchModels = async (query, next) => {
      const found = await real(query, next);
      if (query.words === 'falcon') await held;
      else setTimeout(release, 100);
      return found;
    };
  });
  await field(page).fill('falcon');
  await expect.poll(() => calls(page, 'searchModels')).toHaveLength(1);
  await field(page).fill('granite');
  await expect(lines(page).first()).toContainText('Granite');
  await page.waitForFunction(() => new Promise((resolve) => setTimeout(() => resolve(true), 300)));
  await expect(lines(page).first()).toContainText('Granite');
});

test('Esc empties the field and brings the recommendations back, then leaves the screen', async ({
  page,
  open,
}) => {
  await open('full');
  await openModels(page);
  await page.keyboard.type('falcon');
  await expect(lines(page)).toHaveCount(6);
  await page.keyboard.press('Escape');
  await expect(field(page)).toHaveValue('');
  await expect(page.getByRole('heading', { name: 'For this computer' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
});

for (const address of [
  'https://huggingface.co/unsloth/Qwen3.5-4B-GGUF/tree/main',
  'hf.co/unsloth/Qwen3.5-4B-GGUF:Q8_0',
  'unsloth/Qwen3.5-4B-GGUF',
]) {
  test(`a pasted ${address} leads straight to the model`, async ({ page, open }) => {
    await open('full');
    await openModels(page);
    await field(page).evaluate((input, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', text);
      input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, address);
    await page.keyboard.insertText(address);
    await expect(page.getByRole('heading', { name: 'Qwen3.5 4B', level: 2 })).toBeVisible();
    await page.getByRole('button', { name: 'Back' }).click();
    await expect(field(page), 'the address is not left behind as a search').toHaveValue('');
  });
}

test('order and filters are asked of the Hub, and the words stay', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  await page.keyboard.type('instruct');
  await expect(lines(page).first()).toBeVisible();
  await page.getByRole('combobox', { name: 'Order' }).selectOption('Most liked');
  await page.getByRole('combobox', { name: 'Good at' }).selectOption('For programming');
  await page.getByRole('combobox', { name: 'Licence' }).selectOption('MIT');
  await page.getByRole('checkbox', { name: 'Fits here' }).check();
  await expect
    .poll(async () => (await calls(page, 'searchModels')).at(-1))
    .toEqual([
      { words: 'instruct', sort: 'likes', purpose: 'coding', licence: 'mit', fits_here: true },
      null,
    ]);
  await expect(lines(page).first()).toContainText('Programming');
});

test('scrolling brings more, and the lines that were there do not move', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  await page.getByRole('button', { name: 'Browse all models' }).click();
  await expect(lines(page).first()).toBeVisible();
  const tenth = lines(page).nth(10);
  const name = await tenth.textContent();
  const top = await tenth.evaluate((line) => (line as HTMLElement).offsetTop);
  await lines(page).nth(19).scrollIntoViewIfNeeded();
  await expect.poll(() => lines(page).count()).toBeGreaterThan(20);
  expect(await tenth.textContent()).toBe(name);
  expect(await tenth.evaluate((line) => (line as HTMLElement).offsetTop)).toBe(top);

  for (let more = 0; more < 5; more++) {
    await lines(page).last().scrollIntoViewIfNeeded();
    await page.waitForFunction(() => new Promise((resolve) => requestAnimationFrame(() => resolve(true))));
  }
  await expect(lines(page)).toHaveCount(60);
  await expect(page.getByRole('button', { name: 'Show more' })).toHaveCount(0);
});

test('by keyboard, more lines follow and the focus goes to the first of them', async ({ page, open }) => {
  await open('full');
  // Without an observer it is only the button that brings more.
  await page.evaluate(() => {
    window.IntersectionObserver.prototype.observe = () => undefined;
  });
  await openModels(page);
  await page.getByRole('button', { name: 'Browse all models' }).click();
  await page.getByRole('button', { name: 'Show more' }).focus();
  await page.keyboard.press('Enter');
  await expect(lines(page)).toHaveCount(40);
  await expect(lines(page).nth(20).getByRole('button')).toBeFocused();
});

test('nothing found says what may help, and filters can be dropped at once', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  await page.keyboard.type('granite');
  await expect(lines(page).first()).toBeVisible();
  await page.getByRole('combobox', { name: 'Licence' }).selectOption('Gemma');
  await expect(page.getByText('The filters may leave out what you are looking for.')).toBeVisible();
  await page.getByRole('button', { name: 'Search without filters' }).click();
  await expect(lines(page).first()).toBeVisible();
  await expect(field(page), 'the button has gone').toBeFocused();
  await field(page).fill('a model that nobody made');
  await expect(page.getByText('Try fewer words')).toBeVisible();
});

test('without a network the search says so, goes on when it is back, and the recommendations stay', async ({
  page,
  open,
}) => {
  await open('search-offline');
  await openModels(page);
  await page.keyboard.type('falcon');
  await expect(page.getByRole('alert')).toContainText('There is no way to Hugging Face right now.');
  await page.evaluate(() => {
    window.hearth.setFailure('searchModels', null);
    window.dispatchEvent(new Event('online'));
  });
  await expect(lines(page)).toHaveCount(6);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'For this computer' })).toBeVisible();
});

test('a login page in between is opened in the browser', async ({ page, open }) => {
  await open('search-login-page');
  await openModels(page);
  await page.keyboard.type('falcon');
  await page.getByRole('button', { name: 'Open the login page' }).click();
  await page.getByRole('button', { name: 'Open in the browser' }).click();
  expect(await calls(page, 'openLink')).toHaveLength(1);
});

test('a pause that the Hub asks for is counted down, and then the search goes on by itself', async ({
  page,
  open,
}) => {
  await page.clock.install();
  await open('search-rate-limited');
  await openModels(page);
  await field(page).fill('falcon');
  await page.clock.runFor(300);
  await expect(page.getByText('Going on in 42 seconds.')).toBeVisible();
  await page.clock.runFor(2000);
  await expect(page.getByText('Going on in 40 seconds.')).toBeVisible();
  await page.evaluate(() => window.hearth.setFailure('searchModels', null));
  expect(await calls(page, 'searchModels')).toHaveLength(1);
  await page.clock.runFor(40_000);
  await expect(lines(page)).toHaveCount(6);
});

test('a next page that fails leaves what was found, and can be asked for again', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  await page.evaluate(() => {
    window.IntersectionObserver.prototype.observe = () => undefined;
  });
  await page.getByRole('button', { name: 'Browse all models' }).click();
  await expect(lines(page)).toHaveCount(20);
  await page.evaluate((error) => window.hearth.setFailure('searchModels', error), failure('hub_trouble'));
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect(page.getByRole('alert')).toContainText('Hugging Face has trouble of its own.');
  await expect(lines(page)).toHaveCount(20);
  await page.evaluate(() => window.hearth.setFailure('searchModels', null));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(lines(page)).toHaveCount(40);
});

test('what was found and where one was is there again after looking at a model', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  await page.keyboard.type('granite');
  const line = lines(page).nth(3).getByRole('button');
  const before = await line.textContent();
  await line.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Back' })).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(field(page)).toHaveValue('granite');
  await expect(line).toBeFocused();
  expect(await line.textContent()).toBe(before);
});

test('how much was found is told to a screen reader, once', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  await page.keyboard.type('falcon');
  await expect(page.locator('[data-announcer]')).toHaveText('6 models found.');
  await field(page).fill('');
  await page.getByRole('button', { name: 'Browse all models' }).click();
  await expect(page.locator('[data-announcer]')).toHaveText('The first 20 models are there.');
});

test('whoever begins to browse is at the beginning, in the search field', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  await page.getByRole('button', { name: 'Browse all models' }).click();
  await expect(field(page)).toBeFocused();
  expect(await page.locator('main').evaluate((main) => main.scrollTop)).toBe(0);
});

test('a filter that leaves nothing of what was looked through so far says so, and goes on', async ({
  page,
  open,
}) => {
  await open('full');
  await openModels(page);
  await page.evaluate(() => {
    const { hearth } = window;
    const real = hearth.searchModels.bind(hearth);
    hearth.searchModels = async (query, next) => {
      const at = Number(next ?? '0');
      const found = await real({ ...query, words: 'falcon', fits_here: false }, null);
      const models = query.fits_here && at < 6 ? [] : (found?.models ?? []);
      return { models, next: at < 6 ? String(at + 1) : null };
    };
  });
  await page.getByRole('button', { name: 'Browse all models' }).click();
  await expect(lines(page).first()).toBeVisible();
  await page.getByRole('checkbox', { name: 'Fits here' }).check();
  await expect(page.getByText('None so far fits here.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Search without filters' })).toBeVisible();
  await page.getByRole('button', { name: 'Search further' }).focus();
  await page.keyboard.press('Enter');
  await expect(lines(page).first()).toBeVisible();
  await expect(lines(page).first().getByRole('button')).toBeFocused();
});

test('a model that arrives or is deleted is here, or not any more, also in what was found before', async ({
  page,
  open,
}) => {
  await open('full');
  await openModels(page);
  await field(page).fill('unsloth/Qwen3.5-4B');
  const line = lines(page).filter({ hasText: 'Qwen3.5 4B' }).first();
  await expect(line).toBeVisible();
  await expect(line).not.toContainText('here');
  await line.getByRole('button').click();
  await page
    .getByRole('button', { name: /^Download Qwen3.5 4B/ })
    .first()
    .click();
  await expect(page.getByRole('button', { name: 'Use Qwen3.5 4B' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(line).toContainText('here');

  await page.getByRole('tab', { name: 'On this computer' }).click();
  await page.getByRole('button', { name: /^More for “Qwen3.5 4B/ }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Qwen3.5 4B', level: 3 })).toHaveCount(0);
  await page.getByRole('tab', { name: 'Discover' }).click();
  await expect(line).toBeVisible();
  await expect(line).not.toContainText('here');
});
