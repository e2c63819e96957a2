/** axe finds nothing on any screen, light or dark. */
import type { Page } from '@playwright/test';
import type { ScenarioName } from '../src/backend/fake/scenarios';
import { expectAccessible } from './axe';
import { test } from './open';

const screens: [string, ScenarioName, ((page: Page) => Promise<unknown>)?][] = [
  ['the first start', 'first-start'],
  ['a conversation', 'full'],
  ['every ending of an answer', 'endings'],
  ['a conversation that cannot be opened', 'open-internal'],
  ['a model in trouble', 'trouble-model-missing'],
  ['a start that failed', 'bootstrap-history-damaged'],
  ['settings', 'full', (page) => page.getByRole('button', { name: 'Settings', exact: true }).click()],
  ['the model’s facts', 'default-template', (page) => page.getByRole('button', { name: /^Model:/ }).click()],
  [
    'a conversation’s menu',
    'full',
    (page) =>
      page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).click({ button: 'right' }),
  ],
  [
    'a new title',
    'full',
    async (page) => {
      await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).focus();
      await page.keyboard.press('F2');
    },
  ],
  [
    'a notice with a way back',
    'full',
    async (page) => {
      await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).focus();
      await page.keyboard.press('Delete');
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  ],
  [
    'the question about a link',
    'full',
    async (page) => {
      await page.getByRole('button', { name: 'Dates in front of photo names', exact: true }).click();
      await page.getByRole('link', { name: 'pathlib documentation' }).click();
    },
  ],
];

test.use({ reducedMotion: 'reduce' });

for (const [name, scenario, steps] of screens) {
  test(`${name} is accessible`, async ({ page, open }) => {
    await open(scenario);
    await page.locator('main').waitFor();
    await steps?.(page);
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page);
  });
}
