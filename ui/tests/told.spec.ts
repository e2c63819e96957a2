/** What the page is told without having asked. */
import { gemma as model } from '../src/backend/fake/collection';
import { failure } from '../src/backend/fake/failure';
import { named } from '../src/backend/fake/library';
import { calls, expect, test } from './open';

const gemma = named(model);

test('a model that has arrived is told in the page and, for whoever is not looking, by the system', async ({
  page,
  open,
}) => {
  await open('downloads');
  await page.evaluate(() =>
    window.hearth.downloads.set(1, {
      received_bytes: 5_000_000_000,
      state: { state: 'done', model: '/models/qwen3-8b.gguf' },
    }),
  );
  await expect(page.getByRole('status').filter({ hasText: '“Qwen3 8B” is ready.' })).toBeVisible();
  expect(await calls(page, 'notify')).toEqual([['“Qwen3 8B” is ready.', 'You can use it now.']]);
});

test('a file that was dropped is used in the open conversation, wherever one is in the app', async ({
  page,
  open,
}) => {
  await open('conversation-model');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.evaluate((file) => window.hearth.openFile(file), gemma);
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  expect(await calls(page, 'useModel')).toEqual([[{ conversation: 13, model: gemma.id }]]);
  await expect(page.getByRole('button', { name: /^Model:/ })).toHaveAccessibleName(
    'Model: Gemma 3 4B, Ready',
  );
});

test('a file that was dropped and cannot be used says why', async ({ page, open }) => {
  await open('full');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
  await page.evaluate(
    (error) => window.hearth.openFile(error),
    failure('model_damaged', { path: '/home/ada/tiny.gguf' }),
  );
  await expect(page.getByRole('alert')).toContainText('tiny.gguf is not whole');
});

test('a file that the app was started with is used as soon as the page is there', async ({ page, open }) => {
  await open('opened-at-start');
  await expect(page.getByRole('button', { name: /^Model:/ })).toHaveAccessibleName(
    'Model: Gemma 3 4B, Ready',
  );
  expect(await calls(page, 'useModel')).toEqual([[{ conversation: 13, model: gemma.id }]]);
});
