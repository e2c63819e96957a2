/** The model chip: which model answers, how it is, and what helps when it cannot. */
import type { Page } from '@playwright/test';
import { gemma } from '../src/backend/fake/collection';
import { failure } from '../src/backend/fake/failure';
import { starterNamed } from '../src/backend/fake/library';
import { starter } from '../src/backend/fake/situations';
import { calls, expect, test } from './open';

const chip = (page: Page) => page.getByRole('button', { name: /^Model:/ });

test('the chip follows the engine from its start to the answer', async ({ page, open }) => {
  await open('first-start-starting');
  await expect(chip(page)).toHaveAccessibleName('Model: Model, Starting…');
  await page.evaluate(
    (model) => window.hearth.setEngine({ state: 'loading', model, fraction: 0.42 }),
    starterNamed,
  );
  await expect(chip(page)).toHaveAccessibleName('Model: SmolLM2 135M Instruct, Loading 42%');
  await page.evaluate((model) => window.hearth.setEngine({ state: 'ready', model }), starter);
  await expect(chip(page)).toHaveAccessibleName('Model: SmolLM2 135M Instruct, Ready');
});

test('the chip says that an answer is being written', async ({ page, open }) => {
  await open('writing');
  await page.getByRole('textbox', { name: 'Message' }).fill('Tell me');
  await page.keyboard.press('Enter');
  await expect(chip(page)).toHaveAccessibleName(/Answering$/);
});

test('a message can be sent while the model is still loading, and is answered when it is there', async ({
  page,
  open,
}) => {
  await open('first-start-loading');
  await page.keyboard.type('I was quick');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Stop the answer' })).toBeVisible();
  await page.evaluate((model) => window.hearth.setEngine({ state: 'ready', model }), starter);
  await expect(page.getByText('sunlight taken apart')).toBeVisible();
});

test('the facts are in words: size, memory, what it runs on', async ({ page, open }) => {
  await open('full');
  await chip(page).click();
  const facts = page.getByRole('dialog', { name: 'Model' });
  await expect(facts).toContainText('98 MB');
  await expect(facts).toContainText('about 6,100 words');
  await expect(facts).toContainText('CPU (zen4)');
  await page.keyboard.press('Escape');
  await expect(facts).toBeHidden();
  await expect(chip(page)).toBeFocused();
});

test('it is said when a model has no template of its own', async ({ page, open }) => {
  await open('default-template');
  await chip(page).click();
  await expect(page.getByRole('dialog', { name: 'Model' })).toContainText('Hearth uses a common form');
});

test('a model file is chosen through the chip, for the open conversation', async ({ page, open }) => {
  await open('conversation-model');
  await chip(page).click();
  await page.getByRole('button', { name: 'Open a model file…' }).click();
  await expect(chip(page)).toHaveAccessibleName('Model: Gemma 3 4B, Ready');
  expect(await calls(page, 'useModel')).toEqual([[{ conversation: 13, model: gemma.id }]]);
});

test('choosing no file in the dialog changes nothing', async ({ page, open }) => {
  await open('full');
  await chip(page).click();
  await page.getByRole('button', { name: 'Open a model file…' }).click();
  await expect.poll(() => calls(page, 'openModelFile')).toHaveLength(1);
  expect(await calls(page, 'useModel')).toEqual([]);
});

test('a missing model is told with its file, and the starter model mends it', async ({ page, open }) => {
  await open('trouble-model-missing');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('The model file cannot be found.');
  await expect(alert).toContainText('mistral-7b-instruct.Q4_K_M.gguf');
  await alert.getByRole('button', { name: 'Use the starter model' }).click();
  await expect(alert).toHaveCount(0);
  await expect(chip(page)).toHaveAccessibleName(/SmolLM2 135M Instruct, Ready$/);
});

test('the page never shows an error code', async ({ page, open }) => {
  await open('full');
  for (const code of [
    'engine_crashed',
    'engine_unavailable',
    'model_damaged',
    'out_of_memory',
    'internal',
  ] as const) {
    await page.evaluate(
      (error) => window.hearth.setEngine({ state: 'trouble', error, model: null }),
      failure(code),
    );
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.locator('body')).not.toContainText(code);
  }
});

test('Esc closes the model’s facts and leaves the answer going', async ({ page, open }) => {
  await open('writing');
  await page.getByRole('textbox', { name: 'Message' }).fill('Tell me');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Stop the answer' })).toBeVisible();
  await chip(page).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Model' })).toBeHidden();
  expect(await calls(page, 'stop')).toEqual([]);
});

test('a model that rests says so calmly, and the next message wakes it', async ({ page, open }) => {
  await open('resting');
  await expect(chip(page)).toHaveAccessibleName('Model: SmolLM2 135M Instruct, Asleep');
  await expect(page.getByText('Wakes with your next message')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.getByRole('textbox', { name: 'Message' }).fill('Good morning');
  await page.keyboard.press('Enter');
  await expect(page.getByText('sunlight taken apart')).toBeVisible();
  await expect(chip(page)).toHaveAccessibleName('Model: SmolLM2 135M Instruct, Ready');
  await expect(page.getByText('Wakes with your next message')).toHaveCount(0);
});

test('a model that rests is in use all the same', async ({ page, open }) => {
  await open('resting');
  await page.getByRole('button', { name: /^Models/ }).click();
  await page.getByRole('tab', { name: 'On this computer' }).click();
  await expect(page.getByText('In use')).toBeVisible();
});

test('a first chat with a starter model that rests still hints at a better one', async ({ page, open }) => {
  await open('first-start-resting');
  await expect(page.getByRole('region', { name: 'A better model' })).toBeVisible();
});
