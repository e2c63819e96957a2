/** Writes every screen in each of its states into target/pictures (or HEARTH_PICTURES), to be looked at. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import type { FolderMove } from '../src/backend/bindings';
import { failure } from '../src/backend/fake/failure';
import type { ScenarioName } from '../src/backend/fake/scenarios';
import { test } from './open';

const folder =
  process.env['HEARTH_PICTURES'] ?? fileURLToPath(new URL('../../target/pictures', import.meta.url));

interface Picture {
  name: string;
  scenario: ScenarioName;
  /** What is done before the picture is taken. */
  steps?: (page: Page) => Promise<unknown>;
}

const send = async (page: Page, text = 'How does a rainbow come about?') => {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
};
const openModel = (page: Page) => page.getByRole('button', { name: /^Model:/ }).click();
const newChat = (page: Page) => page.getByRole('button', { name: 'New chat' }).click();
const openModels = (page: Page) => page.getByRole('button', { name: /^Models/ }).click();
const search = async (page: Page, words: string) => {
  await openModels(page);
  await page.getByRole('textbox', { name: 'Search models' }).fill(words);
  await page.waitForTimeout(400);
};
const openPage = async (page: Page, address: string) => {
  await openModels(page);
  await page.getByRole('textbox', { name: 'Search models' }).fill(address);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Back' }).waitFor();
};
const toEnd = async (page: Page) => {
  await page.mouse.move(700, 400);
  await page.mouse.wheel(0, 9000);
  await page.waitForTimeout(100);
};
const openSettings = (page: Page) => page.getByRole('button', { name: 'Settings', exact: true }).click();

const openTab = async (page: Page, tab: RegExp) => {
  await page.getByRole('button', { name: /^(Models|Modelle)/ }).click();
  await page.getByRole('tab', { name: tab }).click();
};
const openDownloads = (page: Page) => openTab(page, /^Downloads/);
const openLibrary = (page: Page) => openTab(page, /^(On this computer|Auf diesem Computer)/);
/** As far up as it can be in the smaller window: a place that was found in the larger one would be lost. */
const toTop = async (page: Page, heading: string) => {
  await page.setViewportSize({ width: 900, height: 600 });
  await page
    .getByRole('heading', { name: heading, exact: true })
    .evaluate((element) => element.scrollIntoView({ block: 'start' }));
};
/** Brings a part of Settings to the top. */
const settingsPart = async (page: Page, heading: string) => {
  await openSettings(page);
  await toTop(page, heading);
};
const openFolderDialog = async (page: Page) => {
  await openLibrary(page);
  await page.getByRole('button', { name: 'Move…' }).click();
};
const moveFolder = async (page: Page, state: FolderMove) => {
  await openLibrary(page);
  await page.evaluate((move) => window.hearth.localModels.setFolderMove(move), state);
  await toTop(page, 'Models folder');
};
const deleteModel = async (page: Page, name: string) => {
  await openLibrary(page);
  await page.getByRole('button', { name: `More for “${name}”` }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
};

const pictures: Picture[] = [
  { name: 'start-pending', scenario: 'bootstrap-pending', steps: (page) => page.waitForTimeout(700) },
  { name: 'start-history-damaged', scenario: 'bootstrap-history-damaged' },
  { name: 'start-read-only', scenario: 'bootstrap-read-only' },
  { name: 'start-disk-full', scenario: 'bootstrap-disk-full' },
  { name: 'start-internal', scenario: 'bootstrap-internal' },

  { name: 'chat-first-start', scenario: 'first-start' },
  { name: 'chat-first-start-loading', scenario: 'first-start-loading' },
  { name: 'chat-new', scenario: 'full', steps: newChat },
  { name: 'chat-full', scenario: 'full' },
  {
    name: 'chat-code',
    scenario: 'full',
    steps: (page) => page.getByRole('button', { name: 'Dates in front of photo names', exact: true }).click(),
  },
  {
    name: 'chat-list',
    scenario: 'full',
    steps: (page) => page.getByRole('button', { name: 'Three quiet days in Lisbon', exact: true }).click(),
  },
  { name: 'chat-endings', scenario: 'endings' },
  { name: 'chat-writing', scenario: 'writing', steps: send },
  {
    name: 'chat-reading',
    scenario: 'reading',
    steps: async (page) => {
      await send(page);
      await page.waitForTimeout(700);
    },
  },
  { name: 'chat-loading', scenario: 'slow', steps: (page) => page.waitForTimeout(1200) },
  { name: 'chat-failed', scenario: 'open-internal' },
  { name: 'chat-not-found', scenario: 'open-not-found' },
  { name: 'composer-disk-full', scenario: 'send-disk-full', steps: send },
  { name: 'composer-read-only', scenario: 'send-read-only', steps: send },
  { name: 'composer-already-answering', scenario: 'send-already-answering', steps: send },
  { name: 'composer-refused', scenario: 'send-refused', steps: send },
  {
    name: 'composer-long',
    scenario: 'full',
    steps: (page) =>
      page.getByRole('textbox', { name: 'Message' }).fill('A line of a long message.\n'.repeat(40)),
  },
  {
    name: 'composer-near-limit',
    scenario: 'full',
    steps: (page) => page.getByRole('textbox', { name: 'Message' }).fill('long '.repeat(19_000)),
  },
  {
    name: 'composer-over-limit',
    scenario: 'full',
    steps: (page) => page.getByRole('textbox', { name: 'Message' }).fill('long '.repeat(20_100)),
  },

  { name: 'model-ready', scenario: 'full', steps: openModel },
  { name: 'model-default-template', scenario: 'default-template', steps: openModel },
  { name: 'model-loading', scenario: 'loading', steps: openModel },
  { name: 'model-starting', scenario: 'starting', steps: openModel },
  { name: 'model-crashed', scenario: 'trouble-engine-crashed' },
  { name: 'model-unavailable', scenario: 'trouble-engine-unavailable' },
  { name: 'model-missing', scenario: 'trouble-model-missing', steps: openModel },
  { name: 'model-damaged', scenario: 'trouble-model-damaged' },
  { name: 'model-unsupported', scenario: 'trouble-model-unsupported' },
  { name: 'model-out-of-memory', scenario: 'trouble-out-of-memory' },

  {
    name: 'sidebar-menu',
    scenario: 'full',
    steps: async (page) => {
      await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).hover();
      await page.getByRole('button', { name: 'More for “Flat and dense sourdough”' }).click();
    },
  },
  {
    name: 'sidebar-rename',
    scenario: 'full',
    steps: async (page) => {
      await page.getByRole('button', { name: 'Three quiet days in Lisbon', exact: true }).focus();
      await page.keyboard.press('F2');
    },
  },
  {
    name: 'sidebar-deleted',
    scenario: 'full',
    steps: async (page) => {
      await page.getByRole('button', { name: 'Three quiet days in Lisbon', exact: true }).focus();
      await page.keyboard.press('Delete');
    },
  },
  { name: 'sidebar-thousands', scenario: 'thousands', steps: newChat },
  {
    name: 'sidebar-hidden',
    scenario: 'full',
    steps: (page) => page.getByRole('button', { name: 'Hide the sidebar' }).click(),
  },
  { name: 'notice-failed', scenario: 'delete-read-only', steps: (page) => deleteFirst(page) },

  {
    name: 'link-dialog',
    scenario: 'full',
    steps: async (page) => {
      await page.getByRole('button', { name: 'Dates in front of photo names', exact: true }).click();
      await page.getByRole('link', { name: 'pathlib documentation' }).click();
    },
  },

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

  { name: 'settings', scenario: 'full', steps: openSettings },
  { name: 'settings-storage', scenario: 'full', steps: (page) => settingsPart(page, 'Models and storage') },
  { name: 'settings-account', scenario: 'full', steps: (page) => settingsPart(page, 'Account') },
  {
    name: 'settings-account-signed-in',
    scenario: 'account-signed-in',
    steps: (page) => settingsPart(page, 'Account'),
  },
  {
    name: 'settings-account-not-kept',
    scenario: 'account-not-kept',
    steps: (page) => settingsPart(page, 'Account'),
  },
  {
    name: 'settings-account-locked',
    scenario: 'account-locked',
    steps: (page) => settingsPart(page, 'Account'),
  },
  {
    name: 'settings-account-wrong',
    scenario: 'token-unknown',
    steps: async (page) => {
      await settingsPart(page, 'Account');
      await page.getByLabel('2. Paste it here.').fill('hf_wrong');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    },
  },
  {
    name: 'settings-network-company',
    scenario: 'company-network',
    steps: (page) => settingsPart(page, 'Network'),
  },
  {
    name: 'settings-network-invalid',
    scenario: 'full',
    steps: async (page) => {
      await settingsPart(page, 'Network');
      await page.getByLabel('Address of Hugging Face, or of a mirror').fill('not an address');
      await page.getByRole('button', { name: 'Save' }).click();
    },
  },
  {
    name: 'settings-partly-failed',
    scenario: 'settings-partly-failed',
    steps: (page) => settingsPart(page, 'Models and storage'),
  },
  {
    name: 'settings-end',
    scenario: 'full',
    steps: async (page) => {
      await openSettings(page);
      await page.getByRole('heading', { name: 'About' }).scrollIntoViewIfNeeded();
      await page.mouse.move(700, 400);
      await page.mouse.wheel(0, 4000);
    },
  },
  { name: 'settings-trouble', scenario: 'trouble-model-missing', steps: openSettings },
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
];

const germanModels: Picture[] = [
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

async function deleteFirst(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).focus();
  await page.keyboard.press('Delete');
}

const sizes = [
  { width: 900, height: 600 },
  { width: 1440, height: 900 },
];

test.use({ reducedMotion: 'reduce' });

for (const { name, scenario, steps } of [...pictures, ...germanModels]) {
  test(name, async ({ page, open }) => {
    // A fixed day and hour, so that the same page gives the same picture.
    await page.clock.setFixedTime(new Date('2026-11-20T10:24:00+01:00'));
    await open(scenario);
    await steps?.(page);
    await takeAll(page, name, sizes);
  });
}

test('narrow-sidebar', async ({ page, open }) => {
  const size = { width: 640, height: 480 };
  await page.setViewportSize(size);
  await open('full');
  await page.getByRole('button', { name: 'Show the sidebar' }).click();
  await takeAll(page, 'narrow-sidebar', [size]);
});

async function takeAll(page: Page, name: string, sizes: { width: number; height: number }[]): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // What follows the size (scrolling, popovers) has come to rest by the second frame.
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      const file = `${name}.${colorScheme}.${size.width}x${size.height}.png`;
      await page.screenshot({ path: path.join(folder, file), caret: 'initial' });
    }
  }
}
