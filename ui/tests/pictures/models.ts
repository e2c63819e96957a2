/** Models: to be found, on their way, and on this computer. */
import { failure } from '../../src/backend/fake/failure';
import {
  openModel,
  newChat,
  openModels,
  search,
  openPage,
  toEnd,
  openDownloads,
  openLibrary,
  toTop,
  openFolderDialog,
  moveFolder,
  deleteModel,
  type Picture,
} from './steps';

export const models: Picture[] = [
  { name: 'discover', scenario: 'full', steps: openModels },
  {
    name: 'discover-end',
    scenario: 'full',
    steps: async (page) => {
      await openModels(page);
      await toEnd(page);
    },
  },
  {
    name: 'discover-reason',
    scenario: 'full',
    steps: async (page) => {
      await openModels(page);
      await page.getByRole('button', { name: 'Qwen3.5 4B', exact: true }).focus();
      await page.keyboard.press('Tab');
    },
  },
  { name: 'discover-downloading', scenario: 'discover-downloading', steps: openModels },
  {
    name: 'discover-pending',
    scenario: 'discover-pending',
    steps: async (page) => {
      await openModels(page);
      await page.waitForTimeout(700);
    },
  },
  { name: 'discover-failed', scenario: 'discover-failed', steps: openModels },
  { name: 'discover-none-fits', scenario: 'discover-none-fits', steps: openModels },
  { name: 'discover-starter', scenario: 'first-start' },
  { name: 'discover-starter-downloading', scenario: 'discover-downloading', steps: newChat },
  {
    name: 'discover-ready',
    scenario: 'full',
    steps: async (page) => {
      await openModels(page);
      await page.getByRole('button', { name: /^Download Qwen3.5 4B/ }).click();
      await page.getByText('“Qwen3.5 4B” is ready.').waitFor();
    },
  },
  { name: 'search-full', scenario: 'full', steps: (page) => search(page, 'instruct') },
  {
    name: 'search-browse',
    scenario: 'full',
    steps: async (page) => {
      await openModels(page);
      await page.getByRole('button', { name: 'Browse all models' }).click();
    },
  },
  { name: 'search-nothing', scenario: 'full', steps: (page) => search(page, 'a model that nobody made') },
  {
    name: 'search-pending',
    scenario: 'search-pending',
    steps: async (page) => {
      await search(page, 'qwen');
      await page.waitForTimeout(900);
    },
  },
  { name: 'search-offline', scenario: 'search-offline', steps: (page) => search(page, 'qwen') },
  { name: 'search-login-page', scenario: 'search-login-page', steps: (page) => search(page, 'qwen') },
  { name: 'search-rate-limited', scenario: 'search-rate-limited', steps: (page) => search(page, 'qwen') },
  { name: 'page-full', scenario: 'full', steps: (page) => openPage(page, 'unsloth/Qwen3.5-4B-GGUF') },
  {
    name: 'page-end',
    scenario: 'full',
    steps: async (page) => {
      await openPage(page, 'unsloth/Qwen3.5-4B-GGUF');
      await toEnd(page);
    },
  },
  {
    name: 'page-details',
    scenario: 'full',
    steps: async (page) => {
      await openPage(page, 'unsloth/Qwen3.5-4B-GGUF');
      await page.getByText('Details', { exact: true }).click();
      await page.getByRole('table', { name: 'All builds' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'page-gated',
    scenario: 'full',
    steps: (page) => openPage(page, 'google/gemma-3-4b-it-qat-q4_0-gguf'),
  },
  {
    name: 'page-gated-signed-in',
    scenario: 'account-signed-in',
    steps: (page) => openPage(page, 'google/gemma-3-4b-it-qat-q4_0-gguf'),
  },
  {
    name: 'page-odd',
    scenario: 'full',
    steps: async (page) => {
      await openPage(
        page,
        'mradermacher/Llama-3.1-Nemotron-70B-Instruct-HF-i1-GGUF-with-a-name-that-does-not-want-to-end',
      );
      await page.getByText('Details', { exact: true }).click();
    },
  },
  {
    name: 'page-pending',
    scenario: 'page-pending',
    steps: async (page) => {
      await openPage(page, 'unsloth/Qwen3.5-4B-GGUF');
      await page.waitForTimeout(700);
    },
  },
  {
    name: 'page-offline',
    scenario: 'page-offline',
    steps: (page) => openPage(page, 'unsloth/Qwen3.5-4B-GGUF'),
  },
  {
    name: 'page-card-failed',
    scenario: 'page-card-failed',
    steps: (page) => openPage(page, 'unsloth/Qwen3.5-4B-GGUF'),
  },
  { name: 'page-not-there', scenario: 'full', steps: (page) => openPage(page, 'nobody/nothing') },

  { name: 'downloads', scenario: 'downloads', steps: openDownloads },
  { name: 'downloads-other', scenario: 'downloads-other', steps: openDownloads },
  { name: 'downloads-empty', scenario: 'full', steps: openDownloads },
  {
    name: 'downloads-cancel',
    scenario: 'downloads',
    steps: async (page) => {
      await openDownloads(page);
      await page.getByRole('button', { name: 'Cancel the download of “Qwen3 8B”' }).click();
    },
  },
  {
    name: 'downloads-dragged',
    scenario: 'downloads-order',
    steps: async (page) => {
      await openDownloads(page);
      const handle = await page.getByRole('button', { name: 'Move “Phi 4 Mini”' }).boundingBox();
      if (handle === null) throw new Error('nothing to drag');
      await page.mouse.move(handle.x + 5, handle.y + 5);
      await page.mouse.down();
      await page.mouse.move(handle.x + 5, handle.y - 80, { steps: 4 });
    },
  },
  { name: 'library', scenario: 'collected', steps: openLibrary },
  {
    name: 'library-end',
    scenario: 'collected',
    steps: async (page) => {
      await openLibrary(page);
      await page.getByText('Places that could not be looked at').click();
      await page.mouse.move(700, 400);
      await page.mouse.wheel(0, 4000);
    },
  },
  {
    name: 'library-details',
    scenario: 'collected',
    steps: async (page) => {
      await openLibrary(page);
      await page.getByRole('button', { name: 'Details of “Gemma 3 4B”' }).click();
    },
  },
  {
    name: 'library-menu',
    scenario: 'collected',
    steps: async (page) => {
      await openLibrary(page);
      await page.getByRole('button', { name: 'More for “Gemma 3 4B”' }).click();
    },
  },
  { name: 'library-delete', scenario: 'collected', steps: (page) => deleteModel(page, 'Gemma 3 4B') },
  {
    name: 'library-delete-shared',
    scenario: 'collected',
    steps: (page) => deleteModel(page, 'Qwen3 14B'),
  },
  {
    name: 'library-deleted',
    scenario: 'collected',
    steps: async (page) => {
      await deleteModel(page, 'Gemma 3 4B');
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('button', { name: 'Bring back “Gemma 3 4B”' }).waitFor();
      await toTop(page, 'Models folder');
    },
  },
  {
    name: 'library-many',
    scenario: 'many-models',
    steps: async (page) => {
      await openLibrary(page);
      await page.getByRole('searchbox').fill('q8');
    },
  },
  {
    name: 'library-filter-none',
    scenario: 'many-models',
    steps: async (page) => {
      await openLibrary(page);
      await page.getByRole('searchbox').fill('zebra');
    },
  },
  { name: 'library-empty', scenario: 'full', steps: openLibrary },
  {
    name: 'library-loading',
    scenario: 'library-loading',
    steps: async (page) => {
      await openLibrary(page);
      await page.waitForTimeout(700);
    },
  },
  { name: 'library-failed', scenario: 'library-failed', steps: openLibrary },
  { name: 'folder-dialog', scenario: 'collected', steps: openFolderDialog },
  { name: 'folder-full', scenario: 'folder-full', steps: openFolderDialog },
  {
    name: 'folder-moving',
    scenario: 'collected',
    steps: (page) =>
      moveFolder(page, {
        state: 'moving',
        done_bytes: 1_420_000_000,
        total_bytes: 3_694_445_696,
        folder: '/media/large/models',
      }),
  },
  {
    name: 'folder-moved',
    scenario: 'collected',
    steps: (page) =>
      moveFolder(page, {
        state: 'moved',
        folder: '/media/large/models',
        left_behind: '/home/ada/.cache/huggingface/hub',
      }),
  },
  {
    name: 'folder-failed',
    scenario: 'collected',
    steps: (page) => moveFolder(page, { state: 'failed', error: failure('disk_full') }),
  },
  { name: 'chip-models', scenario: 'collected', steps: openModel },
  { name: 'chip-many', scenario: 'many-models', steps: openModel },
  {
    name: 'chip-unloaded',
    scenario: 'conversation-model',
    steps: openModel,
  },
  {
    name: 'drop',
    scenario: 'full',
    steps: (page) => page.evaluate(() => window.hearth.setModelDrag(true)),
  },
];
