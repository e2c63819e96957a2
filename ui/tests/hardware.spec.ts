/** Settings → Hardware: what computes and why, choosing otherwise, trying again, and a report to ask for help with. */
import type { Locator, Page } from '@playwright/test';
import { failure } from '../src/backend/fake/failure';
import type { ScenarioName } from '../src/backend/fake/scenarios';
import { calls, expect, test } from './open';

const hardware = (page: Page) => page.getByRole('region', { name: 'Hardware', exact: true });
const path = (page: Page, name: string) => hardware(page).getByRole('radio', { name });
const testAgain = (page: Page) => hardware(page).getByRole('button', { name: 'Test again' });

async function openHardware(page: Page) {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
}

/** The last settings that the page wanted kept. */
async function kept(page: Page) {
  const all = await calls(page, 'updateHardwareSettings');
  return all.at(-1)?.[0];
}

const told: [ScenarioName, RegExp][] = [
  ['full', /^The processor is used, because there is nothing else here to compute with\.$/],
  ['hardware-untried', /^Hearth uses the processor for now\. Nothing else has been tried yet\.$/],
  ['hardware-cuda', /^NVIDIA GeForce RTX 3060 with CUDA, 11\.2.GB free: the fastest this computer has\.$/],
  ['hardware-wrong-results', /^Vulkan was tried and gave wrong results, so Hearth uses the processor\.$/],
  ['hardware-crashed', /^Vulkan was tried and crashed, so Hearth uses the processor\.$/],
  ['hardware-timed-out', /^Vulkan was tried and did not finish in time, so Hearth uses the processor\.$/],
  ['hardware-quarantined', /^Vulkan crashed several times, so Hearth uses the processor\.$/],
  ['hardware-software', /^The graphics here are only imitated by software, so Hearth uses the processor\.$/],
  ['hardware-slow-graphics', /^Intel UHD Graphics 620 with Vulkan works, but is slower, so Hearth uses/],
  ['hardware-testing', /^Hearth uses the processor until everything here has been tried\.$/],
  ['hardware-chosen-failed', /^You chose Vulkan, but it was tried and crashed\. Hearth uses the processor/],
  ['hardware-decided', /^NVIDIA GeForce RTX 3060 with CUDA, 11\.2.GB free, as you chose\.$/],
];

for (const [scenario, sentence] of told) {
  test(`what computes is said in one sentence with its reason (${scenario})`, async ({ page, open }) => {
    await open(scenario);
    await openHardware(page);
    await expect(hardware(page).getByText(sentence)).toBeVisible();
  });
}

test('another path is chosen by keyboard, used at once, and left to the app again', async ({
  page,
  open,
}) => {
  await open('hardware-cuda');
  await openHardware(page);
  await expect(path(page, 'Automatic')).toBeChecked();
  await path(page, 'Automatic').focus();
  await page.keyboard.press('ArrowDown');
  await expect(path(page, 'Processor')).toBeChecked();
  await expect(hardware(page)).toContainText('The processor is used, as you chose.');
  expect(await kept(page)).toMatchObject({ path: 'cpu' });
  await expect(path(page, 'Processor'), 'the focus stays where it was').toBeFocused();

  await page.keyboard.press('ArrowUp');
  await expect(hardware(page)).toContainText('the fastest this computer has');
  expect(await kept(page)).toMatchObject({ path: null });
});

test('a path that cannot compute cannot be chosen, and says why', async ({ page, open }) => {
  await open('hardware-wrong-results');
  await openHardware(page);
  await expect(path(page, 'Graphics card with Vulkan')).toBeDisabled();
  await expect(path(page, 'Graphics card with Vulkan')).toHaveAccessibleDescription(
    'Was tried and gave wrong results.',
  );
});

test('what was chosen and failed stays chosen, so that it can be seen and changed', async ({
  page,
  open,
}) => {
  await open('hardware-chosen-failed');
  await openHardware(page);
  await expect(path(page, 'Graphics card with Vulkan')).toBeChecked();
  await path(page, 'Automatic').check();
  expect(await kept(page)).toMatchObject({ path: null });
  await expect(path(page, 'Graphics card with Vulkan')).toBeDisabled();
});

test('every path shows its devices and their free memory', async ({ page, open }) => {
  await open('hardware-cuda');
  await openHardware(page);
  await expect(path(page, 'Processor')).toHaveAccessibleDescription('AMD Ryzen 5 5600X');
  await expect(path(page, 'NVIDIA graphics with CUDA')).toHaveAccessibleDescription(
    /NVIDIA GeForce RTX 3060, 11\.2.GB free/,
  );
});

test('testing again tells what it tries, cannot be begun twice, and ends with the new reason', async ({
  page,
  open,
}) => {
  await open('hardware-crashed');
  await openHardware(page);
  await testAgain(page).focus();
  await page.keyboard.press('Enter');
  await expect(hardware(page)).toContainText('Trying Vulkan… You can go on chatting.');
  await expect(testAgain(page)).toHaveAttribute('aria-disabled', 'true');
  await expect(testAgain(page), 'the focus stays on the button').toBeFocused();
  await page.keyboard.press('Enter');
  expect(await calls(page, 'testHardware')).toHaveLength(1);

  await page.evaluate(() => {
    const { paths } = window.hearth.computing.hardware;
    window.hearth.computing.finishTest({
      used: 'vulkan',
      reason: { reason: 'fastest' },
      paths: paths.map((report) =>
        report.path === 'vulkan'
          ? {
              ...report,
              outcome: {
                outcome: 'works',
                prompt_tokens_per_second: 2000,
                generation_tokens_per_second: 200,
              },
            }
          : report,
      ),
    });
  });
  await expect(hardware(page).getByRole('status').first()).toContainText(
    'AMD Radeon RX 6600 with Vulkan, 7.4 GB free: the fastest this computer has.',
  );
  await expect(testAgain(page)).not.toHaveAttribute('aria-disabled', 'true');
  await expect(path(page, 'Graphics card with Vulkan')).toBeEnabled();
});

test('what changes while one looks changes in its place', async ({ page, open }) => {
  await open('hardware-crashed');
  await openHardware(page);
  const top = (of: Locator) => of.evaluate((element) => element.getBoundingClientRect().top);
  const below = page.getByRole('heading', { name: 'Account' });
  await testAgain(page).click({ trial: true });
  const before = await top(below);
  await page.evaluate(() => window.hearth.computing.test());
  await expect(hardware(page)).toContainText('Trying Vulkan…');
  expect(await top(below), 'while it is tested').toBe(before);
  await page.evaluate(() => window.hearth.computing.finishTest());
  await expect(hardware(page)).toContainText('Last tried on');
  expect(await top(below), 'and afterwards').toBe(before);
});

test('the report goes to the clipboard, and the button says so', async ({ page, open }) => {
  await open('hardware-cuda');
  await openHardware(page);
  await hardware(page).getByRole('button', { name: 'Copy report' }).click();
  await expect(hardware(page).getByRole('button', { name: 'Copied' })).toBeVisible();
  const [[text] = []] = await calls(page, 'copyText');
  expect(text).toContain('AMD Ryzen 5 5600X');
});

test('a report that cannot be made says why, and nothing is copied', async ({ page, open }) => {
  await open('hardware-cuda');
  await openHardware(page);
  await page.evaluate((error) => window.hearth.setFailure('hardwareReport', error), failure('internal'));
  await hardware(page).getByRole('button', { name: 'Copy report' }).click();
  await expect(page.getByRole('alert')).toContainText('Something went wrong in Hearth.');
  expect(await calls(page, 'copyText')).toEqual([]);
});

test('everyday choices are kept one by one', async ({ page, open }) => {
  await open('full');
  await openHardware(page);
  const section = hardware(page);
  await section.getByText('Never', { exact: true }).click();
  expect(await kept(page)).toMatchObject({ unload_after_minutes: null });
  await section.getByText('2 hours').click();
  expect(await kept(page)).toMatchObject({ unload_after_minutes: 120 });
  await section.getByRole('checkbox', { name: 'Compute with less on battery' }).check();
  expect(await kept(page)).toMatchObject({ unload_after_minutes: 120, fewer_threads_on_battery: true });
  await section.getByRole('checkbox', { name: 'Keep the model’s memory of conversations' }).uncheck();
  expect(await kept(page)).toMatchObject({ keep_memories: false });
  await section.getByRole('checkbox', { name: 'Also on battery' }).uncheck();
  expect(await kept(page)).toMatchObject({ read_ahead: true, read_ahead_on_battery: false });
  await section.getByRole('checkbox', { name: 'Read ahead while I type' }).uncheck();
  expect(await kept(page)).toMatchObject({ read_ahead: false });
  await expect(section.getByRole('checkbox', { name: 'Also on battery' })).toBeDisabled();
});

test('a computer without a battery is asked nothing about one', async ({ page, open }) => {
  await open('hardware-cuda');
  await openHardware(page);
  await expect(
    hardware(page).getByRole('checkbox', { name: 'Keep the model’s memory of conversations' }),
  ).toBeVisible();
  await expect(hardware(page).getByRole('checkbox', { name: /battery/ })).toHaveCount(0);
});

test('details show devices, measured speeds and what the model was given, and let it be decided', async ({
  page,
  open,
}) => {
  await open('hardware-cuda');
  await openHardware(page);
  const section = hardware(page);
  await section.getByText('Details').click();
  const facts = ['NVIDIA 565.77', '6,893.1 tokens/s', '34 of 41', '2,048 tokens', /412.MB work space/];
  for (const fact of facts) {
    await expect(section.getByRole('definition').filter({ hasText: fact }).first()).toBeVisible();
  }
  await section.getByRole('combobox', { name: 'Context' }).selectOption('8,192 tokens');
  expect(await kept(page)).toMatchObject({ context_tokens: 8192, threads: null });
  await section.getByRole('combobox', { name: 'Threads' }).selectOption('4');
  await section.getByRole('combobox', { name: 'Layers on the GPU' }).selectOption('None');
  await section.getByRole('combobox', { name: 'KV cache' }).selectOption('Q8_0');
  expect(await kept(page)).toMatchObject({
    context_tokens: 8192,
    threads: 4,
    gpu_layers: 0,
    kv_cache: 'q8_0',
  });
  await section.getByRole('combobox', { name: 'Context' }).selectOption('Automatic');
  expect(await kept(page)).toMatchObject({ context_tokens: null, threads: 4 });
  await expect(section).toContainText('After a change the model is loaded again');
});

test('without a graphics card nobody is asked how many layers to put on it', async ({ page, open }) => {
  await open('hardware-untried');
  await openHardware(page);
  await hardware(page).getByText('Details').click();
  await expect(hardware(page)).toContainText('No model is loaded right now.');
  await expect(hardware(page).getByRole('combobox')).toHaveCount(3);
});

test('a choice that cannot be kept is taken back, and a notice says why', async ({ page, open }) => {
  await open('hardware-read-only');
  await openHardware(page);
  // Not `check()`: it would insist on what is taken back.
  await path(page, 'Processor').click();
  await expect(page.getByRole('alert')).toContainText('Hearth cannot save anything.');
  await expect(path(page, 'Automatic')).toBeChecked();
});

test('hardware that cannot be asked leaves the rest of Settings alone, and is asked again', async ({
  page,
  open,
}) => {
  await open('hardware-failed');
  await openHardware(page);
  await expect(hardware(page)).toContainText('Something went wrong in Hearth.');
  await expect(page.getByRole('heading', { name: 'About' })).toBeVisible();
  await page.evaluate(() => window.hearth.setFailure('hardware', null));
  await hardware(page).getByRole('button', { name: 'Try again' }).click();
  await expect(hardware(page)).toContainText('The processor is used');
  await expect(testAgain(page), 'the focus goes on with what came').toBeFocused();
});

test('German says it in German', async ({ page, open }) => {
  await open('german-hardware');
  await page.getByRole('button', { name: 'Einstellungen', exact: true }).click();
  await expect(hardware(page)).toContainText(
    'Vulkan wurde getestet und hat falsch gerechnet, deshalb verwendet Hearth den Prozessor.',
  );
});
