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

const openTab = (tab: RegExp) => async (page: Page) => {
  await page.getByRole('button', { name: /^Models/ }).click();
  await page.getByRole('tab', { name: tab }).click();
};
const openDownloads = openTab(/^Downloads/);
const openLibrary = openTab(/^On this computer/);
const openSettings = (page: Page) => page.getByRole('button', { name: 'Settings', exact: true }).click();

screens.push(
  ['downloads in every state', 'downloads', openDownloads],
  ['what else holds downloads up', 'downloads-other', openDownloads],
  ['no downloads', 'full', openDownloads],
  [
    'the question before a download is given up',
    'downloads',
    async (page) => {
      await openDownloads(page);
      await page.getByRole('button', { name: 'Cancel the download of “Qwen3 8B”' }).click();
    },
  ],
  [
    'the models on this computer',
    'collected',
    async (page) => {
      await openLibrary(page);
      await page.getByRole('button', { name: 'Details of “Gemma 3 4B”' }).click();
      await page.getByText('Places that could not be looked at').click();
    },
  ],
  [
    'many models and a filter',
    'many-models',
    async (page) => {
      await openLibrary(page);
      await page.getByRole('searchbox').fill('zebra');
    },
  ],
  ['a computer without models', 'full', openLibrary],
  ['a computer that cannot be looked at', 'library-failed', openLibrary],
  [
    'the question before a model is deleted',
    'collected',
    async (page) => {
      await openLibrary(page);
      await page.getByRole('button', { name: 'More for “Qwen3 14B”' }).click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  [
    'a deleted model that can be brought back',
    'collected',
    async (page) => {
      await openLibrary(page);
      await page.getByRole('button', { name: 'More for “Gemma 3 4B”' }).click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('button', { name: 'Bring back “Gemma 3 4B”' }).waitFor();
    },
  ],
  [
    'a folder that has no room',
    'folder-full',
    async (page) => {
      await openLibrary(page);
      await page.getByRole('button', { name: 'Move…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  [
    'models being moved',
    'collected',
    async (page) => {
      await openLibrary(page);
      await page.evaluate(() =>
        window.hearth.localModels.setFolderMove({
          state: 'moving',
          done_bytes: 1,
          total_bytes: 4,
          folder: '/media/large/models',
        }),
      );
      await page.getByRole('progressbar', { name: 'Moving the models' }).waitFor();
    },
  ],
  [
    'the models behind the chip',
    'collected',
    (page) => page.getByRole('button', { name: /^Model:/ }).click(),
  ],
  ['somebody signed in', 'account-not-kept', openSettings],
  ['an account whose keychain is locked', 'account-locked', openSettings],
  [
    'a token that is not known',
    'token-unknown',
    async (page) => {
      await openSettings(page);
      await page.getByLabel('2. Paste it here.').fill('hf_wrong');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'an address that is none',
    'company-network',
    async (page) => {
      await openSettings(page);
      await page.getByLabel('Address of the proxy').fill('not an address');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  ['settings that partly failed', 'settings-partly-failed', openSettings],
  [
    'a model dragged over the window',
    'full',
    (page) => page.evaluate(() => window.hearth.setModelDrag(true)),
  ],
);

const searched = async (page: Page, words: string) => {
  await page.getByRole('button', { name: /^Models/ }).click();
  await page.getByRole('textbox', { name: 'Search models' }).fill(words);
};
const visited = async (page: Page, address: string) => {
  await searched(page, address);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Its description' }).waitFor();
};

screens.push(
  ['the recommended models', 'full', (page) => page.getByRole('button', { name: /^Models/ }).click()],
  [
    'recommended models on their way',
    'discover-downloading',
    (page) => page.getByRole('button', { name: /^Models/ }).click(),
  ],
  [
    'a computer that nothing fits on',
    'discover-none-fits',
    (page) => page.getByRole('button', { name: /^Models/ }).click(),
  ],
  [
    'why a model runs here',
    'full',
    async (page) => {
      await page.getByRole('button', { name: /^Models/ }).click();
      await page.getByRole('button', { name: 'Qwen3.5 4B', exact: true }).focus();
      await page.keyboard.press('Tab');
    },
  ],
  [
    'what was found',
    'full',
    async (page) => {
      await searched(page, 'instruct');
      await page.getByRole('list', { name: 'Models found' }).waitFor();
    },
  ],
  [
    'a search that waits',
    'search-rate-limited',
    async (page) => {
      await searched(page, 'qwen');
      await page.getByText('Going on in').waitFor();
    },
  ],
  [
    'a search without a network',
    'search-offline',
    async (page) => {
      await searched(page, 'qwen');
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'a model’s page with all its builds',
    'full',
    async (page) => {
      await visited(page, 'unsloth/Qwen3.5-4B-GGUF');
      await page.getByText('Details', { exact: true }).click();
    },
  ],
  [
    'a model’s page that asks for an account',
    'full',
    async (page) => {
      await visited(page, 'google/gemma-3-4b-it-qat-q4_0-gguf');
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
    },
  ],
);

const hardwareDetails = async (page: Page) => {
  await openSettings(page);
  await page.getByRole('region', { name: 'Hardware' }).getByText('Details').click();
};

screens.push(
  ['hardware with a graphics card, in every detail', 'hardware-cuda', hardwareDetails],
  ['hardware that somebody has decided about', 'hardware-decided', hardwareDetails],
  ['hardware that was not tried yet', 'hardware-untried', hardwareDetails],
  ['hardware that failed', 'hardware-quarantined', openSettings],
  ['hardware that was chosen and failed', 'hardware-chosen-failed', openSettings],
  ['hardware being tried', 'hardware-testing', openSettings],
  ['hardware that cannot be asked', 'hardware-failed', openSettings],
  ['a model that rests', 'resting'],
  [
    'a model that is too large, and a smaller one of it coming',
    'trouble-model-too-large',
    async (page) => {
      await page.getByRole('button', { name: /^Get Qwen3\.5 4B UD-Q4_K_XL/ }).click();
      await page.getByRole('button', { name: /^Qwen3\.5 4B UD-Q4_K_XL: / }).waitFor();
    },
  ],
  [
    'a model that is too large where smaller ones are here',
    'trouble-model-too-large-here',
    (page) => page.getByRole('button', { name: /^Get Qwen3\.5 4B/ }).waitFor(),
  ],
  ['a model that is too large and has no smaller ones', 'trouble-model-too-large-alone'],
  ['an answer that lost its graphics', 'answer-graphics-lost'],
  ['what an answer took', 'full', (page) => page.getByRole('button', { name: 'Details' }).last().click()],
);

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
