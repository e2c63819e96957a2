/** What is typed is never lost, and no amount of it freezes the page. */
import type { Page } from '@playwright/test';
import { calls, expect, test } from './open';

/** Pastes as a keyboard would: a paste event with the text on its clipboard, and the text if nobody refused it. */
async function paste(page: Page, text: string): Promise<boolean> {
  const isAccepted = await page.getByRole('textbox', { name: 'Message' }).evaluate((field, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    return field.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    );
  }, text);
  if (isAccepted) await page.keyboard.insertText(text);
  return isAccepted;
}

test('a paste of a million characters is refused with a clear count, before it reaches the field', async ({
  page,
  open,
}) => {
  await open('full');
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill('before');
  expect(await paste(page, 'x'.repeat(1_000_000))).toBe(false);
  await expect(page.getByRole('alert')).toHaveText(
    /This text is too long to paste: 1,000,000 characters. A message can have 100,000./,
  );
  await expect(field).toHaveValue('before');
});

test('the limit counts characters as people do, not their bytes', async ({ page, open }) => {
  await open('full');
  expect(await paste(page, '🔥'.repeat(100_000))).toBe(true);
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveJSProperty('value.length', 200_000);
  await expect(page.getByText('100,000 of 100,000 characters')).toBeVisible();
  await page.keyboard.type('!');
  await expect(page.getByText('1 character too many')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();
});

test('the field grows with the text up to a maximum, then scrolls', async ({ page, open }) => {
  await open('first-start');
  const field = page.getByRole('textbox', { name: 'Message' });
  const height = async () => (await field.boundingBox())?.height ?? 0;
  const oneLine = await height();
  await field.fill('a\nb\nc');
  expect(await height()).toBeGreaterThan(oneLine + 40);
  await field.fill('line\n'.repeat(200));
  const most = await height();
  expect(most).toBeLessThanOrEqual(360);
  await field.fill('word '.repeat(10_000));
  expect(await height()).toBe(most);
  await field.fill('');
  expect(await height()).toBe(oneLine);
});

for (const [scenario, sentence] of [
  ['send-disk-full', 'The disk is full.'],
  ['send-read-only', 'Hearth cannot save anything.'],
  ['send-already-answering', 'Another answer is still being written.'],
] as const) {
  test(`a message that could not be kept (${scenario}) stays in the composer, and a sentence says why`, async ({
    page,
    open,
  }) => {
    await open(scenario);
    const field = page.getByRole('textbox', { name: 'Message' });
    await field.fill('Do not lose me');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText(sentence);
    await expect(field).toHaveValue('Do not lose me');

    await page.evaluate(() => window.hearth.setFailure('send', null));
    await page.getByRole('button', { name: 'Send' }).click();
    await expect(page.getByText('sunlight taken apart')).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(field).toHaveValue('');
  });
}

test('a message that the model refuses comes back to the composer of an empty chat', async ({
  page,
  open,
}) => {
  await open('send-refused');
  await page.getByRole('textbox', { name: 'Message' }).fill('Far too long');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('about 6,800 words');
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('Far too long');
  await expect(page.getByRole('heading', { name: 'What is on your mind?' })).toBeVisible();
  await expect(page.getByText('Your conversations will be listed here.')).toBeVisible();
});

test('nothing is sent twice while the first is on its way to the disk', async ({ page, open }) => {
  await open('slow');
  const field = page.getByRole('textbox', { name: 'Message' });
  await page.getByText('Then the starter is fine').waitFor();
  await field.fill('Once');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Stop the answer' })).toBeVisible();
  expect(await calls(page, 'send')).toHaveLength(1);
});
