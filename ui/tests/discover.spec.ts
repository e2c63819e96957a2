/** Discover: what is recommended for this computer, and a model's page. */
import type { Page } from '@playwright/test';
import { failure } from '../src/backend/fake/failure';
import { calls, expect, test } from './open';

const card = (page: Page, name: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: new RegExp(`^${name}`) }) });

async function openModels(page: Page) {
  await page.getByRole('button', { name: /^Models/ }).click();
  await expect(page.getByRole('heading', { name: 'For this computer' })).toBeVisible();
}

async function openPage(page: Page, address: string) {
  await openModels(page);
  await page.getByRole('textbox', { name: 'Search models' }).fill(address);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Back' })).toBeVisible();
}

test('one line says what this computer is, in the size it was sold with', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  await expect(page.getByText('It has 16 GB of memory, about 9.2 GB free for a model.')).toBeVisible();
});

test('a recommended model says why, how large it is and how fast it runs here', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  const first = card(page, 'Qwen3.5 4B');
  await expect(first).toContainText('The best choice to begin with on this computer.');
  await expect(first).toContainText('3.6 GB');
  await expect(first.getByRole('button', { name: /^Runs fast, about 8 words a second/ })).toBeVisible();
});

test('the reason behind the badge is reached by keyboard and told to a screen reader', async ({
  page,
  open,
}) => {
  await open('full');
  await openModels(page);
  const badge = card(page, 'Qwen3.5 4B').getByRole('button', { name: /^Runs fast/ });
  await expect(badge).toHaveAccessibleDescription(/It takes about 3.3\u00a0GB of memory/);
  await page.getByRole('button', { name: 'Qwen3.5 4B', exact: true }).focus();
  await page.keyboard.press('Tab');
  await expect(badge).toBeFocused();
  await expect(page.locator('[data-tooltip-content]')).toContainText(
    'this computer can give it about 9.2\u00a0GB',
  );
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-tooltip-content]')).toHaveCount(0);
  await expect(
    page.getByRole('heading', { name: 'For this computer' }),
    'Esc has closed only it',
  ).toBeVisible();
});

test('another size changes what is told of it and what is downloaded', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  const first = card(page, 'Qwen3.5 4B');
  await first.getByText('Best quality').click();
  await expect(first).toContainText('5.2 GB');
  await first.getByRole('button', { name: /^Download/ }).click();
  expect(await calls(page, 'startDownload')).toEqual([
    [
      {
        repo: 'unsloth/Qwen3.5-4B-GGUF',
        commit: null,
        file: 'Qwen3.5-4B-Q8_0.gguf',
        label: 'Q8_0',
        replaces: null,
      },
    ],
  ]);
});

test('a download shows itself in its place, then its model can be used from there', async ({
  page,
  open,
}) => {
  await open('full');
  await openModels(page);
  const first = card(page, 'Qwen3.5 4B');
  await first.getByRole('button', { name: /^Download/ }).focus();
  await page.keyboard.press('Enter');
  await expect(first.getByRole('progressbar')).toBeVisible();
  await expect(first.getByRole('button', { name: /^Pause/ }), 'the focus stays in its place').toBeFocused();
  await expect(page.getByRole('button', { name: /^Models/ })).toContainText('of a model is here');

  await first.getByRole('button', { name: 'Use Qwen3.5 4B' }).click();
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  await expect(page.getByRole('button', { name: /^Model: Qwen3.5 4B/ })).toBeVisible();
});

test('a model that is ready is told wherever one is, and used for the conversation that is open', async ({
  page,
  open,
}) => {
  await open('full');
  await openModels(page);
  await card(page, 'Qwen3.5 4B')
    .getByRole('button', { name: /^Download/ })
    .click();
  await page.keyboard.press('Escape');
  const notice = page.getByRole('status').filter({ hasText: '“Qwen3.5 4B” is ready.' });
  await notice.getByRole('button', { name: 'Use it' }).click();
  const [[choice]] = (await calls(page, 'useModel')) as [[{ conversation: number | null }]];
  expect(choice.conversation).toBe(13);
  await expect(page.getByRole('button', { name: /^Model: Qwen3.5 4B/ })).toBeVisible();
});

test('between the press and the Hub’s answer the button says that it connects, and is pressed once', async ({
  page,
  open,
}) => {
  await open('full');
  await openModels(page);
  await page.evaluate(() => {
    const { hearth } = window;
    const real = hearth.startDownload.bind(hearth);
    hearth.startDownload = async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 800));
      return real(request);
    };
  });
  const first = card(page, 'Qwen3.5 4B');
  const button = first.getByRole('button', { name: /^Download/ });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(button).toHaveText('Connecting…');
  await expect(button).toHaveAttribute('aria-busy', 'true');
  await page.keyboard.press('Enter');
  await expect(first.getByRole('progressbar')).toBeVisible();
  expect(await calls(page, 'startDownload')).toHaveLength(1);
});

test('a download that is refused says why, and the button stays', async ({ page, open }) => {
  await open('full');
  await page.evaluate(
    (error) => window.hearth.setFailure('startDownload', error),
    failure('not_enough_space', { needed_bytes: 3_600_000_000, free_bytes: 1_200_000_000 }),
  );
  await openModels(page);
  await card(page, 'Qwen3.5 4B')
    .getByRole('button', { name: /^Download/ })
    .click();
  await expect(page.getByRole('alert')).toContainText('The download needs 3.6 GB, and 1.2 GB are free.');
  await expect(card(page, 'Qwen3.5 4B').getByRole('button', { name: /^Download/ })).toBeVisible();
  await page.getByRole('button', { name: 'Free some space' }).click();
  await expect(page.getByRole('tab', { name: 'On this computer' })).toHaveAttribute('aria-selected', 'true');
});

test('what will not fit comes last and has no button', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  const last = card(page, 'Llama 3.3 70B');
  await expect(last).toContainText('Will not fit');
  await expect(last.getByRole('button', { name: /^Download/ })).toHaveCount(0);
});

test('the recommendations are there without a network, and can be tried again when they fail', async ({
  page,
  open,
}) => {
  await open('discover-failed');
  await page.getByRole('button', { name: /^Models/ }).click();
  await expect(page.getByRole('alert')).toContainText('Something went wrong in Hearth.');
  await page.evaluate(() => window.hearth.setFailure('recommendations', null));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(card(page, 'Qwen3.5 4B')).toBeVisible();
});

test('models open and close by keyboard, and the tabs are reached with the arrow keys', async ({
  page,
  open,
}) => {
  await open('full');
  await page.getByRole('button', { name: 'Models' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Models', level: 1 })).toBeFocused();
  await page.getByRole('tab', { name: 'Discover' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'On this computer' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
});

test('on the first start the starter model names a better one, which arrives in its place', async ({
  page,
  open,
}) => {
  await open('first-start');
  const hint = page.getByRole('region', { name: 'A better model' });
  await expect(hint).toContainText('For this computer we recommend Qwen3.5 4B (3.6 GB).');
  await expect(page.getByRole('textbox', { name: 'Message' }), 'it is quiet').toBeFocused();
  await hint.getByRole('button', { name: /^Download/ }).click();
  await expect(hint.getByRole('progressbar')).toBeVisible();
  await hint.getByRole('button', { name: 'Use Qwen3.5 4B' }).click();
  await expect(page.getByRole('button', { name: /^Model: Qwen3.5 4B/ })).toBeVisible();
  await expect(hint).toHaveCount(0);
});

test('on a busy computer the first chat recommends nothing that would not run', async ({ page, open }) => {
  await open('first-start-busy');
  await expect(page.getByRole('heading', { name: 'What is on your mind?' })).toBeVisible();
  await expect.poll(() => calls(page, 'recommendations')).not.toHaveLength(0);
  await expect(page.getByRole('region', { name: 'A better model' })).toHaveCount(0);
});

test('the greeting stays where it is when the hint below it comes', async ({ page, open }) => {
  await open('first-start-slow-hint');
  const greeting = page.getByRole('heading', { name: 'What is on your mind?' });
  const before = await greeting.boundingBox();
  await expect(page.getByRole('region', { name: 'A better model' })).toBeVisible();
  expect((await greeting.boundingBox())?.y).toBe(before?.y);
});

test('what fits is measured again once a model is loaded', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  const before = (await calls(page, 'recommendations')).length;
  await page.evaluate(() => void window.hearth.reloadModel());
  await expect.poll(async () => (await calls(page, 'recommendations')).length).toBeGreaterThan(before);
});

test('a model’s page leaves the focus to whoever comes by the tabs, and asks for its card once', async ({
  page,
  open,
}) => {
  await open('full');
  await openPage(page, 'unsloth/Qwen3.5-4B-GGUF');
  await expect(page.getByRole('heading', { name: 'Qwen3.5 4B', level: 2 })).toBeFocused();
  await page.getByRole('tab', { name: 'Discover' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('heading', { name: 'Qwen3.5 4B', level: 2 })).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Discover' })).toBeFocused();

  await page.getByRole('button', { name: 'Back' }).focus();
  await page.evaluate(() => window.hearth.calls.splice(0));
  await page.evaluate(() => window.hearth.localModels.changeListeners.forEach((listener) => listener()));
  await expect.poll(() => calls(page, 'modelPage')).toHaveLength(1);
  await expect(page.getByRole('button', { name: 'Back' }), 'looked up anew below it').toBeFocused();
});

test('a card that was refused is asked for once after signing in', async ({ page, open }) => {
  await open('full');
  await openPage(page, 'google/gemma-3-4b-it-qat-q4_0-gguf');
  await expect(page.getByText('The description could not be fetched.')).toBeVisible();
  await expect(page.getByText('Then you can download it.')).toBeVisible();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.evaluate(() => window.hearth.calls.splice(0));
  await page.getByLabel('2. Paste it here.').fill('hf_abcdefghijklmnopqrstuvwxyz');
  await page.keyboard.press('Enter');
  await expect.poll(() => calls(page, 'modelCard')).toHaveLength(1);
  expect(await calls(page, 'modelPage')).toHaveLength(1);
});

test('the way back from a model’s page leads to where one was', async ({ page, open }) => {
  await open('full');
  await openModels(page);
  const name = page.getByRole('button', { name: 'Llama 3.3 70B', exact: true });
  await name.scrollIntoViewIfNeeded();
  const before = await page.locator('main').evaluate((main) => main.scrollTop);
  expect(before).toBeGreaterThan(0);
  await name.click();
  await expect(page.getByRole('heading', { name: 'Llama 3.3 70B', level: 2 })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(name).toBeFocused();
  expect(await page.locator('main').evaluate((main) => main.scrollTop)).toBe(before);
});

test('a model’s page offers its sizes, and all builds to those who look for them', async ({ page, open }) => {
  await open('full');
  await openPage(page, 'unsloth/Qwen3.5-4B-GGUF');
  await expect(page.getByRole('radio', { name: 'Balanced' })).toBeChecked();
  await page.getByText('Details', { exact: true }).click();
  const row = page.getByRole('row', { name: /IQ2_M/ });
  await row.getByRole('button', { name: /^Download Qwen3.5 4B IQ2_M/ }).click();
  await expect(row.getByRole('progressbar')).toBeVisible();
  const [[request]] = (await calls(page, 'startDownload')) as [[{ file: string; commit: string }]];
  expect(request.file).toContain('IQ2_M');
  expect(request.commit, 'the state that the person has seen').toMatch(/^[0-9a-f]{40}$/);
});

test('an address that names a build chooses it', async ({ page, open }) => {
  await open('full');
  await openPage(page, 'hf.co/unsloth/Qwen3.5-4B-GGUF:IQ2_M');
  await expect(page.getByRole('radio', { name: 'IQ2_M' })).toBeChecked();
});

test('a build of which files are missing cannot be downloaded, and says so', async ({ page, open }) => {
  await open('full');
  await openPage(
    page,
    'mradermacher/Llama-3.1-Nemotron-70B-Instruct-HF-i1-GGUF-with-a-name-that-does-not-want-to-end',
  );
  await expect(page.getByText('None of its sizes fits this computer.')).toBeVisible();
  await page.getByText('Details', { exact: true }).click();
  const row = page.getByRole('row', { name: /i1-Q6_K/ });
  await expect(row).toContainText('some of its files are missing');
  await expect(row.getByRole('button', { name: /^Download/ })).toHaveCount(0);
});

test('the description loads nothing, and its links show where they lead', async ({ page, open }) => {
  await open('full');
  await openPage(page, 'unsloth/Qwen3.5-4B-GGUF');
  await expect(page.getByText('a chart of results', { exact: true })).toBeVisible();
  await expect(page.locator('main img')).toHaveCount(0);
  await page.getByRole('link', { name: 'guide' }).click();
  await expect(page.getByRole('dialog')).toContainText('https://example.org/guide');
  await expect(page.getByRole('dialog')).toContainText('It stands in this model’s description.');
});

test('a description that cannot be fetched disturbs nothing else', async ({ page, open }) => {
  await open('page-card-failed');
  await openPage(page, 'unsloth/Qwen3.5-4B-GGUF');
  await expect(page.getByText('The description could not be fetched.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Download Qwen3.5 4B/ })).toBeVisible();
  await page.evaluate(() => window.hearth.setFailure('modelCard', null));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'What it is good at' })).toBeVisible();
});

test('a page that cannot be reached can be tried again', async ({ page, open }) => {
  await open('page-offline');
  await openPage(page, 'unsloth/Qwen3.5-4B-GGUF');
  await expect(page.getByRole('alert')).toContainText('There is no way to Hugging Face right now.');
  await page.evaluate(() => window.hearth.setFailure('modelPage', null));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Qwen3.5 4B', level: 2 })).toBeVisible();
});

test('a repository that is not there leads back to those that are', async ({ page, open }) => {
  await open('full');
  await openPage(page, 'nobody/nothing');
  await expect(page.getByRole('alert')).toContainText('nobody/nothing was renamed or deleted');
  await page.getByRole('button', { name: 'Find another model' }).click();
  await expect(page.getByRole('heading', { name: 'For this computer' })).toBeVisible();
});

test('a model that asks for an account explains two steps, and goes on by itself after signing in', async ({
  page,
  open,
}) => {
  await open('full');
  await openPage(page, 'google/gemma-3-4b-it-qat-q4_0-gguf');
  await expect(page.getByText('1. Accept the conditions.')).toBeVisible();
  await expect(page.getByText('The description could not be fetched.')).toBeVisible();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Account' })).toBeFocused();

  await page.evaluate(() => window.hearth.calls.splice(0));
  await page.getByLabel('2. Paste it here.').fill('hf_abcdefghijklmnopqrstuvwxyz');
  await page.keyboard.press('Enter');
  await expect.poll(() => calls(page, 'modelPage')).toHaveLength(1);
  await page.getByRole('button', { name: /^Models/ }).click();
  await expect(page.getByText('You are signed in as ada.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'What it is good at' })).toBeVisible();
});

test('the web page of a model is opened only after its address was seen', async ({ page, open }) => {
  await open('full');
  await openPage(page, 'google/gemma-3-4b-it-qat-q4_0-gguf');
  await page.getByRole('button', { name: 'Open its page' }).click();
  await expect(page.getByRole('dialog')).toContainText(
    'https://huggingface.co/google/gemma-3-4b-it-qat-q4_0-gguf',
  );
  expect(await calls(page, 'openLink')).toEqual([]);
  await page.getByRole('button', { name: 'Open in the browser' }).click();
  expect(await calls(page, 'openLink')).toHaveLength(1);
});
