/** What the engine’s troubles are called, and that each button does what it says. */
import type { Page } from '@playwright/test';
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
