/** Account and network in Settings: signing in with a token once, and the ways to the Hub. */
import type { Page } from '@playwright/test';
import { failure } from '../src/backend/fake/failure';
import { calls, expect, test } from './open';

const token = (page: Page) => page.getByLabel('2. Paste it here.');
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

async function openSettings(page: Page) {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
}

test('a token is pasted once, checked, and gone from the page', async ({ page, open }) => {
  await open('full');
  await openSettings(page);
  await expect(token(page)).toHaveAttribute('type', 'password');
  await token(page).fill('  hf_secret\n');
  await token(page).press('Enter');
  const account = region(page, 'Account');
  await expect(account).toContainText('Ada Lovelace');
  await expect(account).toContainText('ada at huggingface.co');
  await expect(account).toContainText('kept in the keychain');
  expect(await calls(page, 'signIn')).toEqual([['hf_secret', 'huggingface.co']]);
  await expect(account.getByRole('button', { name: 'Sign out' })).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(token(page), 'the field is empty again').toHaveValue('');
  await expect(token(page)).toBeFocused();
  expect(await calls(page, 'signOut')).toHaveLength(1);
});

test('the page that makes a token opens only after the address was seen', async ({ page, open }) => {
  await open('full');
  await openSettings(page);
  await page.getByRole('button', { name: 'Open the page…' }).click();
  await expect(page.getByRole('dialog')).toContainText('huggingface.co/settings/tokens');
  expect(await calls(page, 'openLink')).toEqual([]);
  await page.getByRole('button', { name: 'Open in the browser' }).click();
  expect(await calls(page, 'openLink')).toEqual([['https://huggingface.co/settings/tokens']]);
});

test('a wrong token is said to be wrong, and the next paste replaces it', async ({ page, open }) => {
  await open('token-unknown');
  await openSettings(page);
  await token(page).fill('hf_old');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('does not know this token');
  await expect(token(page)).toBeFocused();
  await page.keyboard.type('hf_new');
  await expect(token(page)).toHaveValue('hf_new');
});

test('without a connection the token stays in the field for another try', async ({ page, open }) => {
  await open('full');
  await openSettings(page);
  await page.evaluate((error) => window.hearth.setFailure('signIn', error), failure('offline'));
  await token(page).fill('hf_secret');
  await token(page).press('Enter');
  await expect(page.getByRole('alert')).toContainText('There is no way to Hugging Face right now.');
  await page.evaluate(() => window.hearth.setFailure('signIn', null));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(region(page, 'Account')).toContainText('Ada Lovelace');
});

test('an empty field asks nobody', async ({ page, open }) => {
  await open('full');
  await openSettings(page);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(token(page)).toBeFocused();
  expect(await calls(page, 'signIn')).toEqual([]);
});

test('without a keychain it is said that signing in lasts until Hearth closes', async ({ page, open }) => {
  await open('account-not-kept');
  await openSettings(page);
  await expect(region(page, 'Account')).toContainText('you stay signed in only until Hearth closes');
});

test('a locked keychain is told from being signed out, and asked again when the person says so', async ({
  page,
  open,
}) => {
  await open('account-locked');
  await openSettings(page);
  const account = region(page, 'Account');
  await expect(account).toContainText('The keychain of your system is locked.');
  await expect(account).toContainText('signed in at huggingface.co as ada');
  await page.keyboard.press('Escape');
  await openSettings(page);
  expect(await calls(page, 'account'), 'each look would ask for its password').toHaveLength(1);
  await page.evaluate(() => (window.hearth.network.isLocked = false));
  await account.getByRole('button', { name: 'Try again' }).click();
  await expect(account).toContainText('Ada Lovelace');
  await expect(account.getByRole('button', { name: 'Sign out' })).toBeFocused();
});

test('signing out says so when the keychain has not deleted the token', async ({ page, open }) => {
  await open('account-locked');
  await openSettings(page);
  await region(page, 'Account').getByRole('button', { name: 'Sign out' }).click();
  await expect(region(page, 'Account')).toContainText('has not deleted the token');
  await expect(page.locator('[data-announcer]')).toContainText('To be safe, delete it at huggingface.co.');
  await token(page).fill('hf_secret');
  await token(page).press('Enter');
  await expect(region(page, 'Account')).not.toContainText('has not deleted the token');
});

test('with another address of the Hub, one signs in there or not at all', async ({ page, open }) => {
  await open('account-signed-in');
  await openSettings(page);
  await expect(region(page, 'Account')).toContainText('ada at huggingface.co');
  const address = page.getByLabel('Address of Hugging Face, or of a mirror');
  await address.fill('https://models.example.com');
  await address.press('Enter');
  await expect(region(page, 'Account')).toContainText('1. Make a token at models.example.com.');
  await token(page).fill('hf_secret');
  await token(page).press('Enter');
  await expect(region(page, 'Account')).toContainText('ada at models.example.com');
  expect(await calls(page, 'signIn')).toEqual([['hf_secret', 'models.example.com']]);
});

test('what was found at one Hub is looked for again at the next', async ({ page, open }) => {
  await open('full');
  await page.getByRole('button', { name: /^Models/ }).click();
  await page.getByRole('textbox', { name: 'Search models' }).fill('falcon');
  await expect(page.getByRole('list', { name: 'Models found' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Search models' }).fill('unsloth/Qwen3.5-4B-GGUF');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Qwen3.5 4B', level: 2 })).toBeVisible();
  await page.evaluate(() => window.hearth.calls.splice(0));
  await openSettings(page);
  const address = page.getByLabel('Address of Hugging Face, or of a mirror');
  await address.fill('https://models.example.com');
  await address.press('Enter');
  await expect.poll(() => calls(page, 'modelPage')).toHaveLength(1);
  expect(await calls(page, 'modelCard')).toHaveLength(1);
});

test('a proxy’s password is refused where it stands, with the way to go on', async ({ page, open }) => {
  await open('full');
  await openSettings(page);
  const network = region(page, 'Network');
  await network.getByText('This one', { exact: true }).click();
  const field = network.getByLabel('Address of the proxy');
  await field.fill('http://ada:secret@proxy.example.com:8080');
  await field.press('Enter');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/Hearth keeps no passwords in its settings\./);
});

test('an account or a network that cannot be asked leaves the rest of Settings alone', async ({
  page,
  open,
}) => {
  await open('settings-partly-failed');
  await openSettings(page);
  await expect(region(page, 'Account')).toContainText('Something went wrong in Hearth.');
  await expect(region(page, 'Network')).toContainText('Something went wrong in Hearth.');
  await expect(page.getByRole('heading', { name: 'About' })).toBeVisible();
  await page.evaluate(() => window.hearth.setFailure('account', null));
  await region(page, 'Account').getByRole('button', { name: 'Try again' }).click();
  await expect(token(page)).toBeFocused();
  await page.evaluate(() => window.hearth.setFailure('networkSettings', null));
  await region(page, 'Network').getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByLabel('Address of Hugging Face, or of a mirror')).toBeFocused();
});

test('a mirror and a proxy are kept, and can be taken back in one step', async ({ page, open }) => {
  await open('full');
  await openSettings(page);
  const network = region(page, 'Network');
  await expect(network.getByRole('button', { name: 'Back to the default' })).toHaveCount(0);
  await network.getByLabel('Address of Hugging Face, or of a mirror').fill('https://models.example.com');
  await network.getByText('This one', { exact: true }).click();
  await network.getByLabel('Address of the proxy').fill('http://proxy.example.com:8080');
  await network.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('[data-announcer]')).toHaveText('Saved.');
  await network.getByRole('button', { name: 'Back to the default' }).click();
  await expect(network.getByLabel('Address of Hugging Face, or of a mirror')).toHaveValue('');
  await expect(network.getByRole('radio', { name: 'Like the system' })).toBeChecked();
  expect(await calls(page, 'updateNetworkSettings')).toEqual([
    [
      {
        endpoint: 'https://models.example.com',
        proxy: 'chosen',
        proxy_address: 'http://proxy.example.com:8080',
      },
    ],
    [{ endpoint: null, proxy: 'system', proxy_address: null }],
  ]);
});

test('an address that is none is marked where it stands, and nothing is changed', async ({ page, open }) => {
  await open('full');
  await openSettings(page);
  const field = page.getByLabel('Address of Hugging Face, or of a mirror');
  await field.fill('not an address');
  await field.press('Enter');
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/This is not an address\./);
});
