/** The list of conversations: found, renamed, deleted, brought back, with and without a mouse. */
import { calls, expect, test } from './open';

test('conversations stand under the day they were last used, newest first', async ({ page, open }) => {
  await page.clock.setFixedTime(new Date('2026-11-20T10:24:00+01:00'));
  await open('full');
  const headings = page.getByRole('navigation').getByRole('heading');
  await expect(headings).toHaveText([
    'Today',
    'Yesterday',
    'Previous 7 days',
    'November',
    'October',
    'September',
    'October 2025',
  ]);
});

test('the arrow keys move through the list, Enter opens', async ({ page, open }) => {
  await open('full');
  await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(
    page.getByRole('button', { name: 'Dates in front of photo names', exact: true }),
  ).toBeFocused();
  await page.keyboard.press('End');
  await expect(page.getByRole('button', { name: 'Names for a small bookshop', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Names for a small bookshop');
});

test('F2 renames, Enter keeps the new title, Esc the old one', async ({ page, open }) => {
  await open('full');
  const row = (name: string) => page.getByRole('button', { name, exact: true });
  await row('Flat and dense sourdough').focus();
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'New title' }).fill('Bread');
  await page.keyboard.press('Enter');
  await expect(row('Bread')).toBeFocused();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bread');

  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'New title' }).fill('Cake');
  await page.keyboard.press('Escape');
  await expect(row('Bread')).toBeFocused();
  expect(await calls(page, 'renameConversation')).toEqual([[13, 'Bread']]);
});

test('a title that cannot be kept goes back to the old one, and a notice says why', async ({
  page,
  open,
}) => {
  await open('rename-disk-full');
  await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).dblclick();
  await page.getByRole('textbox', { name: 'New title' }).fill('Bread');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('The disk is full.');
  await expect(page.getByRole('button', { name: 'Flat and dense sourdough', exact: true })).toBeVisible();
});

test('a deleted conversation leaves the list and comes back with Undo', async ({ page, open }) => {
  await open('full');
  const row = page.getByRole('button', { name: 'Flat and dense sourdough', exact: true });
  await row.hover();
  await page.getByRole('button', { name: 'More for “Flat and dense sourdough”' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'What is on your mind?' })).toBeVisible();

  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toBeVisible();
  await expect(page.getByText('It doubles in five hours.')).toBeVisible();
});

test('deleting with the keyboard moves on to the neighbour', async ({ page, open }) => {
  await open('full');
  await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).focus();
  await page.keyboard.press('Delete');
  await expect(
    page.getByRole('button', { name: 'Dates in front of photo names', exact: true }),
  ).toBeFocused();
});

test('a conversation deleted while it is being answered does not come back by itself', async ({
  page,
  open,
}) => {
  await open('writing');
  await page.getByRole('textbox', { name: 'Message' }).fill('Tell me');
  await page.keyboard.press('Enter');
  const row = page.getByRole('button', { name: /^Flat and dense sourdough/ });
  await expect(row).toContainText('an answer is being written');
  await row.focus();
  await page.keyboard.press('Delete');
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await expect(row).toHaveCount(0);
});

test('five thousand conversations cost no more rows than there is room for', async ({ page, open }) => {
  await open('thousands');
  const rows = page.locator('[data-conversation]');
  await expect(page.getByRole('button', { name: 'Conversation number 1', exact: true })).toBeVisible();
  expect(await rows.count()).toBeLessThan(60);
  await page.getByRole('button', { name: 'Conversation number 1', exact: true }).focus();
  await page.keyboard.press('End');
  await expect(page.getByRole('button', { name: 'Conversation number 5000', exact: true })).toBeFocused();
  expect(await rows.count()).toBeLessThan(60);
});

test('in a narrow window the sidebar lies over the page and goes after use', async ({ page, open }) => {
  await page.setViewportSize({ width: 640, height: 480 });
  await open('full');
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show the sidebar' }).click();
  await page.getByRole('button', { name: 'Three quiet days in Lisbon', exact: true }).click();
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Three quiet days in Lisbon');

  await page.getByRole('button', { name: 'Show the sidebar' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('navigation')).toHaveCount(0);
});
