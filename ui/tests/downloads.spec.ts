/** Downloads: how far they are, what holds them up, and their order, with and without a mouse. */
import type { Page } from '@playwright/test';
import { calls, expect, test } from './open';

const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

async function openDownloads(page: Page) {
  await page.getByRole('button', { name: /^Models/ }).click();
  await page.getByRole('tab', { name: /^Downloads/ }).click();
}

test('each download says in words how it is getting on', async ({ page, open }) => {
  await open('downloads');
  await openDownloads(page);
  await expect(row(page, 'Qwen3 8B')).toContainText('2.1 GB of 5 GB · 12 MB/s · 4 minutes left');
  await expect(row(page, 'Gemma 3 12B')).toContainText('There is no connection. It goes on by itself.');
  await expect(row(page, 'Phi 4 Mini')).toContainText('Waiting for its turn');
  await expect(row(page, 'Granite 4 Micro')).toContainText('Paused');
  await expect(row(page, 'OLMo 2 7B')).toContainText('There is not enough room on the disk.');
  await expect(row(page, 'SmolLM3 3B')).toContainText('Ready');
  await expect(
    page.getByRole('progressbar', { name: 'Download of “Qwen3 8B”' }),
    'its bar says it to a screen reader',
  ).toHaveAttribute('aria-valuenow', '42');
});

test('the next try is counted down, and then it says that it tries', async ({ page, open }) => {
  await page.clock.install({ time: new Date('2026-11-20T10:24:00+01:00') });
  await open('downloads');
  await openDownloads(page);
  await expect(row(page, 'Gemma 3 12B')).toContainText('Next try in 24 seconds.');
  await page.clock.runFor(10_000);
  await expect(row(page, 'Gemma 3 12B')).toContainText('Next try in 14 seconds.');
  await page.clock.runFor(14_000);
  await expect(row(page, 'Gemma 3 12B')).toContainText('Trying again…');
});

test('what another download brings does not begin the count anew', async ({ page, open }) => {
  await page.clock.install({ time: new Date('2026-11-20T10:24:00+01:00') });
  await open('downloads');
  await openDownloads(page);
  await page.clock.runFor(10_000);
  await page.evaluate(() => window.hearth.downloads.set(1, { received_bytes: 2_200_000_000 }));
  await expect(row(page, 'Qwen3 8B')).toContainText('2.2 GB of 5 GB');
  await expect(row(page, 'Gemma 3 12B')).toContainText('Next try in 14 seconds.');
});

test('paused and continued by the same place', async ({ page, open }) => {
  await open('downloads-order');
  await openDownloads(page);
  await page.getByRole('button', { name: 'Pause “Qwen3 8B”' }).click();
  await expect(row(page, 'Qwen3 8B')).toContainText('Paused');
  await page.getByRole('button', { name: 'Continue “Qwen3 8B”' }).click();
  await expect(row(page, 'Qwen3 8B')).not.toContainText('Paused');
  expect(await calls(page, 'pauseDownload')).toEqual([[1]]);
  expect(await calls(page, 'resumeDownload')).toEqual([[1]]);
});

test('a failed one is tried again', async ({ page, open }) => {
  await open('downloads');
  await openDownloads(page);
  await row(page, 'OLMo 2 7B').getByRole('button', { name: 'Try again' }).click();
  expect(await calls(page, 'resumeDownload')).toEqual([[5]]);
  await expect(row(page, 'OLMo 2 7B')).not.toContainText('not enough room');
});

test('giving up asks only when much of it is here', async ({ page, open }) => {
  await open('downloads-order');
  await openDownloads(page);
  await page.getByRole('button', { name: 'Cancel the download of “Gemma 3 12B”' }).click();
  await expect(row(page, 'Gemma 3 12B')).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.getByRole('button', { name: 'Cancel the download of “Qwen3 8B”' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel the download of “Qwen3 8B”?' });
  await expect(dialog).toContainText('2.1 GB are here already.');
  await dialog.getByRole('button', { name: 'Keep downloading' }).click();
  await expect(row(page, 'Qwen3 8B')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel the download of “Qwen3 8B”' }).click();
  await dialog.getByRole('button', { name: 'Cancel the download', exact: true }).click();
  await expect(row(page, 'Qwen3 8B')).toHaveCount(0);
  expect(await calls(page, 'cancelDownload')).toEqual([[2], [1]]);
});

test('whoever gives one up by keyboard goes on beside it', async ({ page, open }) => {
  await open('downloads-order');
  await openDownloads(page);
  await page.getByRole('button', { name: 'Cancel the download of “Gemma 3 12B”' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Move “Phi 4 Mini”' })).toBeFocused();
  await page.getByRole('button', { name: 'Cancel the download of “Phi 4 Mini”' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Pause “Qwen3 8B”' })).toBeFocused();
});

test('the arrow keys move a download, the focus goes with it and the place is told', async ({
  page,
  open,
}) => {
  await open('downloads-order');
  await openDownloads(page);
  const names = page.getByRole('list', { name: 'On the way' }).getByRole('heading', { level: 3 });
  const handle = page.getByRole('button', { name: 'Move “Phi 4 Mini”' });
  await handle.focus();
  await page.keyboard.press('ArrowUp');
  await expect(names).toHaveText(['Qwen3 8B', 'Phi 4 Mini', 'Gemma 3 12B']);
  await expect(handle).toBeFocused();
  await expect(page.locator('[data-announcer]')).toHaveText('Phi 4 Mini is number 2 of 3 now.');
  await page.keyboard.press('Home');
  await expect(names).toHaveText(['Phi 4 Mini', 'Qwen3 8B', 'Gemma 3 12B']);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  await expect(names).toHaveText(['Qwen3 8B', 'Gemma 3 12B', 'Phi 4 Mini']);
  expect(await calls(page, 'moveDownload')).toEqual([
    [3, 2],
    [3, 1],
    [3, null],
  ]);
});

test('a row is dragged by its handle, and Esc puts it back', async ({ page, open }) => {
  await open('downloads-order');
  await openDownloads(page);
  const names = page.getByRole('list', { name: 'On the way' }).getByRole('heading', { level: 3 });
  const from = await page.getByRole('button', { name: 'Move “Phi 4 Mini”' }).boundingBox();
  const to = await row(page, 'Qwen3 8B').boundingBox();
  if (from === null || to === null) throw new Error('nothing to drag');

  const drag = async () => {
    await page.mouse.move(from.x + 5, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(from.x + 5, to.y + 5, { steps: 5 });
    await expect(names).toHaveText(['Phi 4 Mini', 'Qwen3 8B', 'Gemma 3 12B']);
  };
  await drag();
  await page.keyboard.press('Escape');
  await expect(names).toHaveText(['Qwen3 8B', 'Gemma 3 12B', 'Phi 4 Mini']);
  await page.mouse.up();
  expect(await calls(page, 'moveDownload')).toEqual([]);

  await drag();
  await page.mouse.up();
  await expect(names).toHaveText(['Phi 4 Mini', 'Qwen3 8B', 'Gemma 3 12B']);
  expect(await calls(page, 'moveDownload')).toEqual([[3, 1]]);
});

test('a move that fails is taken back, and a notice says why', async ({ page, open }) => {
  await open('downloads-order');
  await openDownloads(page);
  await page.evaluate(
    (error) => window.hearth.setFailure('moveDownload', error),
    (await import('../src/backend/fake/failure')).failure('read_only'),
  );
  await page.getByRole('button', { name: 'Move “Phi 4 Mini”' }).focus();
  await page.keyboard.press('Home');
  await expect(page.getByRole('alert')).toContainText('Hearth cannot save anything.');
  await expect(page.getByRole('list', { name: 'On the way' }).getByRole('heading', { level: 3 })).toHaveText([
    'Qwen3 8B',
    'Gemma 3 12B',
    'Phi 4 Mini',
  ]);
});

test('one that has arrived is used at once in the open conversation', async ({ page, open }) => {
  await open('downloads');
  await openDownloads(page);
  await page.getByRole('button', { name: 'Use it: SmolLM3 3B' }).click();
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  await expect(page.getByRole('button', { name: /^Model:/ })).toHaveAccessibleName(
    'Model: SmolLM3 3B, Ready',
  );
  expect(await calls(page, 'useModel')).toEqual([
    [{ conversation: 13, model: '/home/ada/models/SmolLM3 3B Q4_K_M.gguf' }],
  ]);
});

test('one that has arrived is taken off the list without a question', async ({ page, open }) => {
  await open('downloads');
  await openDownloads(page);
  await page.getByRole('button', { name: 'Take “SmolLM3 3B” off this list' }).click();
  await expect(row(page, 'SmolLM3 3B')).toHaveCount(0);
  expect(await calls(page, 'cancelDownload')).toEqual([[6]]);
});

test('with nothing on its way, the page leads to where one finds something', async ({ page, open }) => {
  await open('full');
  await openDownloads(page);
  await expect(page.getByText('Nothing is being downloaded.')).toBeVisible();
  await page.getByRole('button', { name: 'Find a model' }).click();
  await expect(page.getByRole('tab', { name: 'Discover' })).toHaveAttribute('aria-selected', 'true');
});

test('numbers that change move nothing beside them', async ({ page, open }) => {
  await open('downloads-order');
  await openDownloads(page);
  const below = row(page, 'Phi 4 Mini');
  const before = await below.boundingBox();
  await page.evaluate(() => {
    window.hearth.downloads.set(1, {
      received_bytes: 4_999_999_999,
      bytes_per_second: 1_111_111,
      seconds_left: 7199,
    });
  });
  await expect(row(page, 'Qwen3 8B')).toContainText('1.1 MB/s');
  await page.evaluate(() => window.hearth.downloads.set(1, { state: { state: 'verifying' } }));
  await expect(row(page, 'Qwen3 8B')).toContainText('Checking that it arrived whole…');
  expect(await below.boundingBox()).toEqual(before);
});
