/** What the engine’s troubles are called, and that each button does what it says. */
import type { Page } from '@playwright/test';
import { failure } from '../src/backend/fake/failure';
import { calls, expect, test } from './open';

const alert = (page: Page) => page.getByRole('alert');
const chip = (page: Page) => page.getByRole('button', { name: /^Model:/ });

test('a model that is too large says by how much, and leads to its smaller sizes', async ({ page, open }) => {
  await open('trouble-model-too-large');
  await expect(alert(page)).toContainText('This model is too large for the memory that is free.');
  await expect(alert(page)).toContainText(/needs about 5\.8.GB, and about 3\.2.GB are free/);
  await alert(page).getByRole('button', { name: 'Find a smaller one' }).click();
  await expect(page.getByRole('heading', { name: 'Qwen3.5 4B', level: 2 })).toBeVisible();
  expect(await calls(page, 'modelPage')).toMatchObject([[{ repo: 'unsloth/Qwen3.5-4B-GGUF' }]]);
});

test('where nobody knows where a too large model came from, whatever runs here is shown', async ({
  page,
  open,
}) => {
  await open('trouble-model-too-large');
  await page.evaluate(() => (window.hearth.localModels.models = []));
  await alert(page).getByRole('button', { name: 'Find a smaller one' }).click();
  await expect(page.getByRole('tab', { name: 'Discover' })).toHaveAttribute('aria-selected', 'true');
  expect(await calls(page, 'modelPage')).toEqual([]);
});

test('another model that is here can be chosen instead', async ({ page, open }) => {
  await open('trouble-model-too-large');
  await alert(page).getByRole('button', { name: 'Choose another model' }).click();
  await expect(page.getByRole('tab', { name: 'On this computer' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('button', { name: 'Use Gemma 3 4B' }).click();
  await expect(chip(page)).toHaveAccessibleName('Model: Gemma 3 4B, Ready');
  await expect(alert(page)).toHaveCount(0);
});

const smaller = (page: Page) => alert(page).getByRole('group', { name: 'Smaller sizes that fit' });
const get = (page: Page) => smaller(page).getByRole('button', { name: 'Get Qwen3.5 4B UD-Q4_K_XL (2.9 GB)' });

test('in place of a model that is too large, the smaller ones of it that fit are offered', async ({
  page,
  open,
}) => {
  await open('trouble-model-too-large-here');
  await expect(smaller(page).getByRole('button')).toHaveText([
    'Use Qwen3.5 4B (2.9 GB)',
    'Use Qwen3.5 4B (1.9 GB)',
    'Get Qwen3.5 4B UD-Q3_K_XL (2.5 GB)',
  ]);
  const id = await page.evaluate(
    () => window.hearth.localModels.models.find(({ quantization }) => quantization === 'Q8_0')?.id,
  );
  expect(await calls(page, 'smallerBuilds')).toEqual([[id]]);
});

test('a smaller one that is here is used in the open conversation', async ({ page, open }) => {
  await open('trouble-model-too-large-here');
  await smaller(page).getByRole('button', { name: 'Use Qwen3.5 4B (1.9 GB)' }).click();
  await expect(alert(page)).toHaveCount(0);
  await expect(chip(page)).toHaveAccessibleName('Model: Qwen3.5 4B, Ready');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  expect(await calls(page, 'useModel')).toEqual([
    [
      {
        conversation: await page.evaluate(() => window.hearth.history.summaries()[0]?.id),
        model: expect.stringMatching(/UD-Q2_K_XL\.gguf$/),
      },
    ],
  ]);
});

test('a smaller one that is elsewhere is downloaded, and then used, by the same button', async ({
  page,
  open,
}) => {
  await open('trouble-model-too-large');
  await get(page).click();
  const step = () => page.evaluate(() => window.hearth.downloads.step());
  for (const state of [
    'Waiting for its turn',
    'Connecting…',
    '40%',
    '80%',
    'Checking that it arrived whole…',
  ]) {
    const coming = smaller(page).getByRole('button', { name: `Qwen3.5 4B UD-Q4_K_XL: ${state}` });
    await expect(coming).toBeFocused();
    await step();
  }
  expect(await calls(page, 'startDownload')).toEqual([
    [
      {
        repo: 'unsloth/Qwen3.5-4B-GGUF',
        commit: null,
        file: 'Qwen3.5-4B-UD-Q4_K_XL.gguf',
        label: 'UD-Q4_K_XL',
        replaces: null,
      },
    ],
  ]);
  const use = smaller(page).getByRole('button', { name: 'Use Qwen3.5 4B (2.9 GB)' });
  await expect(use).toBeFocused();
  await use.click();
  await expect(chip(page)).toHaveAccessibleName('Model: Qwen3.5 4B, Ready');
  await expect(alert(page)).toHaveCount(0);
});

test('the button of a smaller one that is coming leads to the downloads', async ({ page, open }) => {
  await open('trouble-model-too-large');
  await get(page).click();
  await page.evaluate(() => window.hearth.downloads.pause(1));
  await smaller(page)
    .getByRole('button', { name: /^Qwen3\.5 4B UD-Q4_K_XL: Paused/ })
    .click();
  await expect(page.getByRole('tab', { name: /^Downloads/ })).toHaveAttribute('aria-selected', 'true');
});

test('a smaller one that failed on its way says so', async ({ page, open }) => {
  await open('trouble-model-too-large');
  await get(page).click();
  await page.evaluate(
    (error) => window.hearth.downloads.set(1, { state: { state: 'failed', error } }),
    failure('download_corrupt'),
  );
  await expect(
    smaller(page).getByRole('button', { name: 'Qwen3.5 4B UD-Q4_K_XL could not be downloaded.' }),
  ).toBeVisible();
});

test('a smaller one that the disk has no room for is refused in words, and can be asked for again', async ({
  page,
  open,
}) => {
  await open('trouble-model-too-large');
  await page.evaluate(
    (error) => window.hearth.setFailure('startDownload', error),
    failure('not_enough_space', { needed_bytes: 3.6e9, free_bytes: 2.1e9 }),
  );
  await get(page).click();
  await expect(page.getByText('The download needs 3.6 GB, and 2.1 GB are free.')).toBeVisible();
  await expect(get(page)).toBeFocused();
  await expect(get(page)).toHaveAttribute('aria-busy', 'false');
});

for (const scenario of ['trouble-model-too-large-alone', 'trouble-model-too-large-unknown'] as const) {
  test(`without smaller ones to offer, one can be looked for (${scenario})`, async ({ page, open }) => {
    await open(scenario);
    await expect(alert(page).getByRole('button')).toHaveText([
      'Find a smaller one',
      'Choose another model',
      'Try again',
    ]);
    await expect.poll(() => calls(page, 'smallerBuilds')).toHaveLength(1);
    await expect(smaller(page)).toHaveCount(0);
    await expect(page.getByRole('alert')).toHaveCount(1);
  });
}

test('what is told of a model that is too large stays in its place when the smaller ones come', async ({
  page,
  open,
}) => {
  const boxes = async () => ({
    told: await alert(page).boundingBox(),
    button: await alert(page).getByRole('button', { name: 'Find a smaller one' }).boundingBox(),
  });
  await open('trouble-model-too-large-pending');
  await expect(alert(page)).toBeVisible();
  const before = await boxes();
  await open('trouble-model-too-large');
  await expect(get(page)).toBeVisible();
  expect(await boxes()).toEqual(before);
  // With none, or with more than a line of them, at least what can be pressed already does not move.
  await open('trouble-model-too-large-alone');
  await expect.poll(async () => (await boxes()).told?.height).toBeLessThan(before.told?.height ?? 0);
  expect((await boxes()).button).toEqual(before.button);
  await page.setViewportSize({ width: 900, height: 600 });
  await open('trouble-model-too-large-pending');
  await expect(alert(page)).toBeVisible();
  const narrow = await boxes();
  await open('trouble-model-too-large-here');
  await expect(smaller(page).getByRole('button')).toHaveCount(3);
  expect((await boxes()).button).toEqual(narrow.button);
});

for (const [scenario, sentence] of [
  ['trouble-model-too-large', 'This model is too large for the memory that is free.'],
  ['trouble-engine-stuck', 'The part that runs the model got stuck.'],
  ['trouble-graphics-lost', 'The graphics card stopped answering.'],
  ['trouble-model-crashes', 'This model does not run here.'],
] as const) {
  test(`“${sentence}” can be tried once more`, async ({ page, open }) => {
    await open(scenario);
    await expect(alert(page)).toContainText(sentence);
    await alert(page).getByRole('button', { name: 'Try again' }).click();
    await expect(alert(page)).toHaveCount(0);
    expect(await calls(page, 'reloadModel')).toHaveLength(1);
  });
}

test('a model that crashes is named, and another one is a click away', async ({ page, open }) => {
  await open('trouble-model-crashes');
  await expect(alert(page)).toContainText('mistral-7b-instruct.Q4_K_M.gguf has made the part that runs it');
  await alert(page).getByRole('button', { name: 'Choose another model' }).click();
  await expect(page.getByRole('tab', { name: 'On this computer' })).toHaveAttribute('aria-selected', 'true');
});

test('lost graphics lead to where it says what computes', async ({ page, open }) => {
  await open('trouble-graphics-lost');
  await alert(page).getByRole('button', { name: 'Settings → Hardware' }).click();
  await expect(page.getByRole('heading', { name: 'Hardware', level: 2 })).toBeFocused();
});

for (const [scenario, sentence] of [
  ['answer-graphics-lost', 'Hearth goes on with the processor'],
  ['answer-engine-stuck', 'Hearth has ended it and starts it again.'],
] as const) {
  test(`an answer that ended so is asked for again, not the model loaded again (${scenario})`, async ({
    page,
    open,
  }) => {
    await open(scenario);
    const answer = page.getByRole('article', { name: /^Answer from/ });
    await expect(answer).toContainText(sentence);
    // The one with words on it: the round arrow below every answer has the same name.
    await answer.getByRole('button', { name: 'Try again' }).filter({ hasText: 'Try again' }).click();
    await expect(page.getByText('sunlight taken apart')).toBeVisible();
    expect(await calls(page, 'tryAgain')).toHaveLength(1);
    expect(await calls(page, 'reloadModel')).toEqual([]);
  });
}

test('an answer that lost its graphics leads to Settings too', async ({ page, open }) => {
  await open('answer-graphics-lost');
  await page.getByRole('button', { name: 'Settings → Hardware' }).click();
  await expect(page.getByRole('heading', { name: 'Hardware', level: 2 })).toBeFocused();
});
