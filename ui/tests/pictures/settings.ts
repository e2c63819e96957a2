/** Settings, the account and the network among them. */
import { openSettings, settingsPart, type Picture } from './steps';

export const settings: Picture[] = [
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
];
