/** The longest words. */
import { openDownloads, openLibrary, toTop, type Picture } from './steps';

export const german: Picture[] = [
  {
    name: 'german-chat',
    scenario: 'german',
    steps: (page) => page.getByRole('button', { name: 'Neues Gespräch' }).click(),
  },
  {
    name: 'german-settings',
    scenario: 'german',
    steps: (page) => page.getByRole('button', { name: 'Einstellungen', exact: true }).click(),
  },
  {
    name: 'discover-german',
    scenario: 'german',
    steps: (page) => page.getByRole('button', { name: /^Modelle/ }).click(),
  },
  {
    name: 'page-german',
    scenario: 'german',
    steps: async (page) => {
      await page.getByRole('button', { name: /^Modelle/ }).click();
      await page.getByRole('button', { name: 'Qwen3.5 4B', exact: true }).click();
    },
  },
  {
    name: 'german-model',
    scenario: 'german',
    steps: (page) => page.getByRole('button', { name: /^Modell:/ }).click(),
  },
  { name: 'german-library', scenario: 'german-models', steps: openLibrary },
  { name: 'german-downloads', scenario: 'german-models', steps: openDownloads },
  {
    name: 'german-chip',
    scenario: 'german-models',
    steps: (page) => page.getByRole('button', { name: /^Modell:/ }).click(),
  },
  {
    name: 'german-account',
    scenario: 'german-models',
    steps: async (page) => {
      await page.getByRole('button', { name: 'Einstellungen', exact: true }).click();
      await toTop(page, 'Konto');
    },
  },
];
