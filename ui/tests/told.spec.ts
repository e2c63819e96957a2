/** What the page is told without having asked. */
import { calls, expect, test } from './open';

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

test('a file that was dropped and cannot be used says why', async ({ page, open }) => {
  await open('full');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
  await page.evaluate(() =>
    window.hearth.tellFault({
      code: 'model_damaged',
      message: 'the file ends too early',
      details: {
        amount: null,
        limit: null,
        path: '/home/ada/tiny.gguf',
        name: null,
        address: null,
        seconds: null,
        needed_bytes: null,
        free_bytes: null,
      },
    }),
  );
  await expect(page.getByRole('alert')).toContainText('tiny.gguf is not whole');
});
