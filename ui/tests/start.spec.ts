/** The first picture, and what stands in its place when there can be none. */
import { expect, test } from './open';

test('a start that fails says why, and works when tried again', async ({ page, open }) => {
  await open('bootstrap-history-damaged');
  await expect(page.getByRole('alert')).toContainText('Your conversations cannot be read.');
  await page.evaluate(() => window.hearth.setFailure('bootstrap', null));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('navigation')).toBeVisible();
});

test('a conversation that cannot be opened can be tried again', async ({ page, open }) => {
  await open('open-internal');
  await expect(page.getByRole('alert')).toContainText('Something went wrong in Hearth.');
  await page.evaluate(() => window.hearth.setFailure('openConversation', null));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('It doubles in five hours.')).toBeVisible();
});
