/** On this computer: every program's models, what is wrong with some, deleting with a way back, moving the folder. */
import type { Page } from '@playwright/test';
import { failure } from '../src/backend/fake/failure';
import { calls, expect, test } from './open';

const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

async function openLibrary(page: Page) {
  await page.getByRole('button', { name: /^Models/ }).click();
  await page.getByRole('tab', { name: 'On this computer' }).click();
}

async function choose(page: Page, name: string, item: string) {
  await page.getByRole('button', { name: `More for “${name}”` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('each model says how large it is, where it came from and when it was last used', async ({
  page,
  open,
}) => {
  await page.clock.setFixedTime(new Date('2026-11-20T10:24:00+01:00'));
  await open('collected');
  await openLibrary(page);
  await expect(row(page, 'Gemma 3 4B')).toContainText('2.5 GB · Shared Hugging Face cache · Last used today');
  await expect(row(page, 'Llama 3.2 3B')).toContainText('2 GB · Ollama: llama3.2:3b · Last used 2 days ago');
  await expect(row(page, 'Qwen3 14B')).toContainText('9 GB · LM Studio · Jan · Last used last month');
  await expect(row(page, 'Llama 3.3 70B')).toContainText('A file you opened · Not used yet');
  await expect(page.getByText('7 models, 57.6 GB · 84.3 GB free')).toBeVisible();
});

test('Details have build, parameters, context, licence and the file', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  const details = page.getByRole('button', { name: 'Details of “Gemma 3 4B”' });
  await details.click();
  await expect(details).toHaveAttribute('aria-expanded', 'true');
  for (const words of [
    'Q4_K_M',
    '3.9B',
    '131,072 tokens',
    'gemma3',
    'The model knows them, but Hearth cannot show it any yet',
    '.gguf',
  ]) {
    await expect(row(page, 'Gemma 3 4B')).toContainText(words);
  }
  await details.click();
  await expect(row(page, 'Gemma 3 4B')).not.toContainText('131,072 tokens');
});

test('a damaged model says what is wrong and is downloaded again in its place', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  const mistral = row(page, 'Mistral Nemo');
  await expect(mistral).toContainText('The end of the file is missing');
  await expect(mistral.getByRole('button', { name: /^Use/ })).toHaveCount(0);
  await mistral.getByRole('button', { name: 'Download again' }).click();
  expect(await calls(page, 'startDownload')).toEqual([
    [
      expect.objectContaining({
        repo: 'bartowski/Mistral-Nemo-Instruct-2407-GGUF',
        file: 'Mistral-Nemo-Instruct-2407-UD-Q4_K_XL.gguf',
        replaces: expect.stringMatching(/Mistral-Nemo-Instruct-2407-UD-Q4_K_XL\.gguf$/),
      }),
    ],
  ]);
  await expect(mistral.getByRole('button', { name: 'On its way' })).toBeVisible();
});

test('a foreign model is named and cannot be used', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  const embedding = row(page, 'nomic embed text');
  await expect(embedding).toContainText('not made for chatting');
  await expect(embedding.getByRole('button', { name: /^Use/ })).toHaveCount(0);
});

test('before deleting it is said what becomes free; after it, it can be brought back', async ({
  page,
  open,
}) => {
  await open('collected');
  await openLibrary(page);
  await choose(page, 'Gemma 3 4B', 'Delete…');
  const dialog = page.getByRole('dialog', { name: 'Delete “Gemma 3 4B”?' });
  await expect(dialog).toContainText('2.5 GB become free.');
  expect(await calls(page, 'removeModel'), 'nothing is deleted by asking').toEqual([]);
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(row(page, 'Gemma 3 4B')).toHaveCount(0);
  await expect(row(page, 'Llama 3.2 3B').getByRole('button').first(), 'the one beside it').toBeFocused();
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'Gemma 3 4B')).toBeVisible();
  await expect(row(page, 'Gemma 3 4B').getByRole('button').first(), 'it is back').toBeFocused();
});

test('“Free now” gives the space back at once, and then nothing can be brought back', async ({
  page,
  open,
}) => {
  await open('collected');
  await openLibrary(page);
  await choose(page, 'Gemma 3 4B', 'Delete…');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Bring back “Gemma 3 4B”' })).toBeVisible();
  await page.getByRole('status').getByRole('button', { name: 'Free now' }).click();
  await expect(page.getByRole('button', { name: 'Bring back “Gemma 3 4B”' })).toHaveCount(0);
  expect(await calls(page, 'freeRemoved')).toHaveLength(1);
});

test('what another program needs stays, and the dialog says so', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  await choose(page, 'Qwen3 14B', 'Delete…');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Nothing becomes free: other programs need the same file.');
  await expect(dialog).toContainText('Still there afterwards: Jan.');
  await page.keyboard.press('Escape');
  await expect(row(page, 'Qwen3 14B')).toBeVisible();
  await expect(
    page.getByRole('heading', { name: 'Models', level: 1 }),
    'only the dialog closes',
  ).toBeVisible();
});

test('a model in use is not deleted, and a notice says why', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  await page.evaluate((error) => window.hearth.setFailure('planRemoval', error), failure('in_use'));
  await choose(page, 'Gemma 3 4B', 'Delete…');
  await expect(page.getByRole('alert')).toContainText('It is being used right now.');
});

test('the starter model stays: it cannot be deleted', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  await page.getByRole('button', { name: 'More for “SmolLM2 135M Instruct”' }).click();
  await expect(page.getByRole('menuitem', { name: 'Show in the file manager' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Delete…' })).toHaveCount(0);
});

test('a model is shown in the file manager', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  await choose(page, 'Llama 3.3 70B Instruct', 'Show in the file manager');
  expect(await calls(page, 'revealModel')).toEqual([
    ['/home/ada/Downloads/llama-3.3-70b-instruct-q4_k_m.gguf'],
  ]);
});

test('while a deletion is prepared, its row says so', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  await page.evaluate(() => {
    const { hearth } = window;
    const real = hearth.planRemoval.bind(hearth);
    hearth.planRemoval = async (model) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return real(model);
    };
  });
  await choose(page, 'Gemma 3 4B', 'Delete…');
  await expect(row(page, 'Gemma 3 4B')).toHaveAttribute('aria-busy', 'true');
  await expect(row(page, 'Gemma 3 4B').getByRole('status')).toHaveText('One moment…');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(row(page, 'Gemma 3 4B')).toHaveAttribute('aria-busy', 'false');
});

test('a filter can be taken back also when so few models are left that none is needed', async ({
  page,
  open,
}) => {
  await open('many-models');
  await openLibrary(page);
  const filter = page.getByRole('searchbox', { name: 'Filter by name' });
  await filter.fill('qwen q8');
  await page.evaluate(() => {
    const { localModels } = window.hearth;
    for (const { id } of localModels.models.slice(3)) localModels.remove(id);
  });
  await page.evaluate(() => window.hearth.localModels.changeListeners.forEach((listener) => listener()));
  await expect(page.getByText('No model here has “qwen q8” in its name.')).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByRole('heading', { level: 3 }).first()).toBeVisible();
});

test('many models are filtered by their names, few are not', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  await expect(row(page, 'Gemma 3 4B')).toBeVisible();
  await expect(page.getByRole('searchbox')).toHaveCount(0);

  await open('many-models');
  await openLibrary(page);
  const filter = page.getByRole('searchbox', { name: 'Filter by name' });
  await filter.fill('qwen q8');
  await expect(page.getByRole('heading', { level: 3 })).toHaveText(['Qwen3 8B']);
  await filter.fill('zebra');
  await expect(page.getByText('No model here has “zebra” in its name.')).toBeVisible();
  await filter.press('Escape');
  await expect(filter).toHaveValue('');
  await expect(row(page, 'Gemma 3 4B'), 'Esc empties the field and leaves the page').toBeVisible();
});

test('a computer that cannot be looked at says so, and can be asked again', async ({ page, open }) => {
  await open('library-failed');
  await openLibrary(page);
  await expect(page.getByRole('alert')).toContainText('Something went wrong in Hearth.');
  await page.evaluate(() => window.hearth.setFailure('library', null));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(row(page, 'SmolLM2 135M Instruct')).toBeVisible();
});

test('models that come while one looks appear by themselves', async ({ page, open }) => {
  await open('full');
  await openLibrary(page);
  await expect(page.getByText('Only the small starter model is here.')).toBeVisible();
  const { gemma } = await import('../src/backend/fake/collection');
  await page.evaluate((model) => window.hearth.localModels.add(model), gemma);
  await expect(row(page, 'Gemma 3 4B')).toBeVisible();
  await expect(page.getByText('Only the small starter model is here.')).toHaveCount(0);
});

test('places that could not be looked at are named quietly', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  await expect(page.getByText('/media/stick/models')).toBeHidden();
  await page.getByText('Places that could not be looked at').click();
  await expect(page.getByText('/media/stick/models')).toBeVisible();
});

test('the models folder is moved: asked first, with sizes, and with progress that can be stopped', async ({
  page,
  open,
}) => {
  await open('collected');
  await openLibrary(page);
  await page.getByRole('button', { name: 'Move…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Move the models?' });
  await expect(dialog).toContainText('3.7 GB will be moved to:');
  await expect(dialog).toContainText('412 GB are free there.');
  expect(await calls(page, 'moveModelsFolder'), 'nothing is moved by choosing').toEqual([]);
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  expect(await calls(page, 'moveModelsFolder')).toHaveLength(1);

  await page.evaluate(() =>
    window.hearth.localModels.setFolderMove({
      state: 'moving',
      done_bytes: 1_000_000_000,
      total_bytes: 4_000_000_000,
      folder: '/media/large/models',
    }),
  );
  await expect(page.getByRole('progressbar', { name: 'Moving the models' })).toHaveAttribute(
    'aria-valuenow',
    '25',
  );
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  expect(await calls(page, 'stopFolderMove')).toHaveLength(1);

  await page.evaluate(() =>
    window.hearth.localModels.setFolderMove({
      state: 'moved',
      folder: '/media/large/models',
      left_behind: '/home/ada/.cache/huggingface/hub',
    }),
  );
  await expect(page.getByText('The models are in the new folder now.')).toBeVisible();
  await expect(page.getByText('The old folder could not be removed.')).toBeVisible();
  await expect(page.getByText('/media/large/models', { exact: true }), 'it is the folder now').toBeVisible();
});

test('a folder without room for the models cannot be moved to', async ({ page, open }) => {
  await open('folder-full');
  await openLibrary(page);
  await page.getByRole('button', { name: 'Move…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(
    'There is not enough room: 3.7 GB are needed, and 2.1 GB are free there.',
  );
  await expect(dialog.getByRole('button', { name: 'Move', exact: true })).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Choose another folder…' }).click();
  expect(await calls(page, 'chooseModelsFolder')).toHaveLength(2);
});

test('a move that failed says why and that nothing is lost', async ({ page, open }) => {
  await open('collected');
  await openLibrary(page);
  await page.evaluate(
    (error) => window.hearth.localModels.setFolderMove({ state: 'failed', error }),
    failure('disk_full', { path: '/media/large/models' }),
  );
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('Everything is where it was.');
  await expect(alert).toContainText('The disk is full.');
});

test('a model file dragged over the window is announced over everything', async ({ page, open }) => {
  await open('full');
  await page.evaluate(() => window.hearth.setModelDrag(true));
  await expect(page.getByText('Drop the model here to open it')).toBeVisible();
  await page.evaluate(() => window.hearth.setModelDrag(false));
  await expect(page.getByText('Drop the model here to open it')).toHaveCount(0);
});
