/** What computes: Settings → Hardware, its troubles, a model that rests, what an answer took. */
import type { Page } from '@playwright/test';
import type { ScenarioName } from '../../src/backend/fake/scenarios';
import { newChat, openModel, send, settingsPart, toTop, type Picture } from './steps';

const hardware = (page: Page) => settingsPart(page, 'Hardware');
const details = async (page: Page) => {
  await hardware(page);
  await page.getByRole('region', { name: 'Hardware' }).getByText('Details').click();
};
/** The part below what fits into the smaller window. */
const choices = async (page: Page) => {
  await hardware(page);
  await page.getByText('Free the model’s memory after').evaluate((text) => text.scrollIntoView());
};

const german = async (page: Page) => {
  await page.getByRole('button', { name: 'Einstellungen', exact: true }).click();
  await toTop(page, 'Hardware');
};

const shown: [string, ScenarioName][] = [
  ['hardware', 'full'],
  ['hardware-untried', 'hardware-untried'],
  ['hardware-cuda', 'hardware-cuda'],
  ['hardware-two-cards', 'hardware-two-cards'],
  ['hardware-wrong-results', 'hardware-wrong-results'],
  ['hardware-crashed', 'hardware-crashed'],
  ['hardware-quarantined', 'hardware-quarantined'],
  ['hardware-software', 'hardware-software'],
  ['hardware-slow-graphics', 'hardware-slow-graphics'],
  ['hardware-testing', 'hardware-testing'],
  ['hardware-chosen-failed', 'hardware-chosen-failed'],
  ['hardware-failed', 'hardware-failed'],
];

export const computing: Picture[] = [
  ...shown.map(([name, scenario]): Picture => ({ name, scenario, steps: hardware })),
  {
    name: 'hardware-pending',
    scenario: 'hardware-pending',
    steps: async (page) => {
      await hardware(page);
      await page.waitForTimeout(700);
    },
  },
  { name: 'hardware-choices', scenario: 'full', steps: choices },
  { name: 'hardware-choices-decided', scenario: 'hardware-decided', steps: choices },
  ...(
    [
      ['hardware-details', 'full'],
      ['hardware-details-cuda', 'hardware-cuda'],
      ['hardware-details-decided', 'hardware-decided'],
      ['hardware-details-untried', 'hardware-untried'],
    ] as [string, ScenarioName][]
  ).flatMap(([name, scenario]): Picture[] => [
    {
      name,
      scenario,
      steps: async (page) => {
        await details(page);
        await page
          .getByRole('heading', { name: 'This computer', level: 3 })
          .evaluate((part) => part.scrollIntoView());
      },
    },
    {
      name: `${name}-end`,
      scenario,
      steps: async (page) => {
        await details(page);
        await page
          .getByRole('heading', { name: /^(What .* was given|No model is loaded right now\.)$/, level: 3 })
          .evaluate((part) => part.scrollIntoView());
      },
    },
  ]),
  { name: 'hardware-model-too-large', scenario: 'trouble-model-too-large' },
  { name: 'hardware-model-too-large-here', scenario: 'trouble-model-too-large-here' },
  { name: 'hardware-model-too-large-alone', scenario: 'trouble-model-too-large-alone' },
  { name: 'hardware-model-too-large-pending', scenario: 'trouble-model-too-large-pending' },
  {
    name: 'hardware-model-too-large-coming',
    scenario: 'trouble-model-too-large',
    steps: async (page) => {
      await page.getByRole('button', { name: /^Get Qwen3\.5 4B UD-Q4_K_XL/ }).click();
      await page.evaluate(() =>
        window.hearth.downloads.set(1, { state: { state: 'paused' }, received_bytes: 820_000_000 }),
      );
    },
  },
  { name: 'hardware-engine-stuck', scenario: 'trouble-engine-stuck' },
  { name: 'hardware-graphics-lost', scenario: 'trouble-graphics-lost' },
  { name: 'hardware-model-crashes', scenario: 'trouble-model-crashes' },
  { name: 'hardware-answer-graphics-lost', scenario: 'answer-graphics-lost' },
  { name: 'resting', scenario: 'resting' },
  { name: 'resting-model', scenario: 'resting', steps: openModel },
  { name: 'resting-first-start', scenario: 'first-start-resting' },
  {
    name: 'answer-details',
    scenario: 'answer-guessed',
    steps: async (page) => {
      await newChat(page);
      await send(page);
      await page.getByRole('button', { name: 'Details' }).last().click();
      await page.getByText('171 of them right').scrollIntoViewIfNeeded();
    },
  },
  { name: 'german-hardware', scenario: 'german-hardware', steps: german },
  { name: 'german-hardware-cuda', scenario: 'german-cuda', steps: german },
  {
    name: 'german-hardware-choices',
    scenario: 'german-hardware',
    steps: async (page) => {
      await german(page);
      await page.getByText('Speicher des Modells freigeben').evaluate((text) => text.scrollIntoView());
    },
  },
  {
    name: 'german-hardware-details',
    scenario: 'german-cuda',
    steps: async (page) => {
      await german(page);
      await page.getByRole('region', { name: 'Hardware' }).getByText('Einzelheiten').click();
      await page
        .getByRole('heading', { name: 'Was Qwen3 14B bekommen hat' })
        .evaluate((part) => part.scrollIntoView());
    },
  },
  { name: 'german-resting', scenario: 'german-resting' },
  { name: 'german-model-too-large', scenario: 'german-model-too-large' },
];
