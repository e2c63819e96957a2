/** Another model in the middle of a conversation, chosen where one writes; each conversation remembers its own. */
import type { Page } from '@playwright/test';
import { gemma } from '../src/backend/fake/collection';
import { named } from '../src/backend/fake/library';
import { starter } from '../src/backend/fake/situations';
import { calls, expect, test } from './open';

const chip = (page: Page) => page.getByRole('button', { name: /^Model:/ });
const popover = (page: Page) => page.getByRole('dialog', { name: 'Model' });

test('the chip lists the models that can be used, with the one in use marked', async ({ page, open }) => {
  await open('collected');
  await chip(page).click();
  const choices = page.getByRole('list', { name: 'Model for this conversation' });
  await expect(choices.getByRole('button')).toHaveCount(5);
  await expect(choices.getByRole('button', { name: /SmolLM2/ })).toHaveAttribute('aria-current', 'true');
  await expect(choices).not.toContainText('Mistral');
  await expect(choices).not.toContainText('nomic');
});

test('another model is chosen for this conversation and loads at once', async ({ page, open }) => {
  await open('collected');
  await chip(page).click();
  await popover(page)
    .getByRole('button', { name: /^Gemma 3 4B/ })
    .click();
  await expect(popover(page)).toHaveCount(0);
  await expect(chip(page)).toHaveAccessibleName(/^Model: Gemma 3 4B/);
  expect(await calls(page, 'useModel')).toEqual([
    [{ conversation: 13, model: expect.stringMatching(/gemma-3-4b-it-Q4_K_M\.gguf$/) as unknown }],
  ]);
  await expect(chip(page)).toHaveAccessibleName('Model: Gemma 3 4B, Ready');
});

test('while it loads, the chip says how far it is', async ({ page, open }) => {
  await open('collected');
  await chip(page).click();
  await popover(page)
    .getByRole('button', { name: /^Gemma 3 4B/ })
    .click();
  await expect(chip(page)).toHaveAccessibleName('Model: Gemma 3 4B, Ready');
  await page.evaluate(
    (model) => window.hearth.setEngine({ state: 'loading', model, fraction: 0.3 }),
    named(gemma),
  );
  await expect(chip(page)).toHaveAccessibleName('Model: Gemma 3 4B, Loading 30%');
});

test('choosing the one in use changes nothing', async ({ page, open }) => {
  await open('collected');
  await chip(page).click();
  await popover(page)
    .getByRole('button', { name: /^SmolLM2/ })
    .click();
  expect(await calls(page, 'useModel')).toEqual([]);
});

test('in a chat not yet begun, the choice is for new conversations', async ({ page, open }) => {
  await open('collected');
  await page.getByRole('button', { name: 'New chat' }).click();
  await chip(page).click();
  await page
    .getByRole('list', { name: 'Model for new conversations' })
    .getByRole('button', { name: /^Gemma 3 4B/ })
    .click();
  expect(await calls(page, 'useModel')).toMatchObject([[{ conversation: null }]]);
});

test('each conversation shows its own model, also while another one is loaded', async ({ page, open }) => {
  await open('collected');
  await chip(page).click();
  await popover(page)
    .getByRole('button', { name: /^Gemma 3 4B/ })
    .click();
  await expect(chip(page)).toHaveAccessibleName('Model: Gemma 3 4B, Ready');
  await page.getByRole('button', { name: 'Three quiet days in Lisbon', exact: true }).click();
  await expect(chip(page), 'this one has chosen none').toHaveAccessibleName(
    'Model: SmolLM2 135M Instruct, Loaded with your next message',
  );
  await page.evaluate((model) => window.hearth.setEngine({ state: 'ready', model }), starter);
  await expect(chip(page)).toHaveAccessibleName('Model: SmolLM2 135M Instruct, Ready');
  await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).click();
  await expect(chip(page)).toHaveAccessibleName('Model: Gemma 3 4B, Loaded with your next message');
});

test('another model’s trouble does not keep a conversation from being gone on with', async ({
  page,
  open,
}) => {
  await open('trouble-model-missing');
  await expect(page.getByRole('alert')).toContainText('The model file cannot be found.');
  await chip(page).click();
  await popover(page)
    .getByRole('list')
    .getByRole('button', { name: /^SmolLM2/ })
    .click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(chip(page)).toHaveAccessibleName('Model: SmolLM2 135M Instruct, Ready');
});

test('a model that cannot be used is told, and the conversation keeps its own', async ({ page, open }) => {
  await open('collected');
  const { failure } = await import('../src/backend/fake/failure');
  await page.evaluate((error) => window.hearth.setFailure('useModel', error), failure('model_damaged'));
  await chip(page).click();
  await popover(page)
    .getByRole('button', { name: /^Gemma 3 4B/ })
    .click();
  await expect(page.getByRole('alert')).toContainText('The model file is damaged or incomplete.');
  await expect(chip(page)).toHaveAccessibleName('Model: SmolLM2 135M Instruct, Ready');
});

test('a conversation whose own model is missing goes on with the starter model', async ({ page, open }) => {
  await open('conversation-model');
  const { failure } = await import('../src/backend/fake/failure');
  await page.evaluate(([error, model]) => window.hearth.setEngine({ state: 'trouble', error, model }), [
    failure('model_missing', { path: '/gone/gemma-3-4b.gguf' }),
    named(gemma),
  ] as const);
  await page.getByRole('alert').getByRole('button', { name: 'Use the starter model' }).click();
  await expect(chip(page)).toHaveAccessibleName('Model: SmolLM2 135M Instruct, Ready');
  expect(await calls(page, 'useModel')).toMatchObject([[{ conversation: 13 }]]);
});

test('the chip leads to more models', async ({ page, open }) => {
  await open('collected');
  await chip(page).click();
  await popover(page).getByRole('button', { name: 'Find more models' }).click();
  await expect(page.getByRole('tab', { name: 'Discover' })).toHaveAttribute('aria-selected', 'true');
});

test('models are chosen by keyboard alone', async ({ page, open }) => {
  await open('collected');
  await chip(page).focus();
  await page.keyboard.press('Enter');
  await expect(popover(page)).toBeVisible();
  const gemma = popover(page).getByRole('button', { name: /^Gemma 3 4B/ });
  for (let presses = 0; presses < 12; presses++) {
    if (await gemma.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  await expect(gemma).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(chip(page)).toHaveAccessibleName(/^Model: Gemma 3 4B/);
});
