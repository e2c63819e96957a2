/** Settings: found by keyboard, shown at once, kept or taken back. */
import { calls, expect, test } from './open';

test('settings open and close by keyboard, and the focus goes with them', async ({ page, open }) => {
  await open('full');
  await page.keyboard.press('Control+,');
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
});

test('German changes every word at once, without losing the place', async ({ page, open }) => {
  await open('full');
  await page.keyboard.press('Control+,');
  await page.getByText('Deutsch').click();
  await expect(page.getByRole('heading', { name: 'Einstellungen', level: 1 })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Neues Gespräch' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  expect(await calls(page, 'updateSettings')).toEqual([[{ theme: 'system', language: 'de' }]]);
});

test('dark is dark although the system is light', async ({ page, open }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open('full');
  await page.keyboard.press('Control+,');
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByText('Dark', { exact: true }).click();
  expect(await background()).not.toBe(light);
});

test('a choice that cannot be kept is taken back, and a notice says why', async ({ page, open }) => {
  await open('settings-read-only');
  await page.keyboard.press('Control+,');
  await page.getByText('Dark', { exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('Hearth cannot save anything.');
  await expect(page.getByRole('radio', { name: 'Like the system' }).first()).toBeChecked();
});

test('the data folder is named and can be opened', async ({ page, open }) => {
  await open('full');
  await page.keyboard.press('Control+,');
  await expect(page.getByText('/home/ada/.local/share/hearth')).toBeVisible();
  await page.getByRole('button', { name: 'Open the data folder' }).click();
  expect(await calls(page, 'openDataFolder')).toHaveLength(1);
});

test('Ctrl+N begins a new chat from anywhere', async ({ page, open }) => {
  await open('full');
  await page.keyboard.press('Control+,');
  await page.keyboard.press('Control+n');
  await expect(page.getByRole('heading', { name: 'What is on your mind?' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
});

test('only the screen scrolls, never the window itself', async ({ page, open }) => {
  await page.setViewportSize({ width: 900, height: 600 });
  await open('collected');
  const overhang = () =>
    page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Network' })).toBeVisible();
  expect(await overhang(), 'in Settings').toBe(0);
  await page.getByRole('button', { name: /^Models/ }).click();
  await page.getByRole('tab', { name: 'On this computer' }).click();
  await expect(page.getByRole('heading', { name: 'Models folder' })).toBeVisible();
  expect(await overhang(), 'in Models').toBe(0);
});
