/** What a picture is, and what is done before several of them. */
import type { Page } from '@playwright/test';
import type { FolderMove } from '../../src/backend/bindings';
import type { ScenarioName } from '../../src/backend/fake/scenarios';

export interface Picture {
  name: string;
  scenario: ScenarioName;
  /** What is done before the picture is taken. */
  steps?: (page: Page) => Promise<unknown>;
}

export const send = async (page: Page, text = 'How does a rainbow come about?') => {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
};
export const openModel = (page: Page) => page.getByRole('button', { name: /^Model:/ }).click();
export const newChat = (page: Page) => page.getByRole('button', { name: 'New chat' }).click();
export const openModels = (page: Page) => page.getByRole('button', { name: /^Models/ }).click();
export const search = async (page: Page, words: string) => {
  await openModels(page);
  await page.getByRole('textbox', { name: 'Search models' }).fill(words);
  await page.waitForTimeout(400);
};
export const openPage = async (page: Page, address: string) => {
  await openModels(page);
  await page.getByRole('textbox', { name: 'Search models' }).fill(address);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Back' }).waitFor();
};
export const toEnd = async (page: Page) => {
  await page.mouse.move(700, 400);
  await page.mouse.wheel(0, 9000);
  await page.waitForTimeout(100);
};
export const openSettings = (page: Page) =>
  page.getByRole('button', { name: 'Settings', exact: true }).click();

export const openTab = async (page: Page, tab: RegExp) => {
  await page.getByRole('button', { name: /^(Models|Modelle)/ }).click();
  await page.getByRole('tab', { name: tab }).click();
};
export const openDownloads = (page: Page) => openTab(page, /^Downloads/);
export const openLibrary = (page: Page) => openTab(page, /^(On this computer|Auf diesem Computer)/);
/** As far up as it can be in the smaller window: a place that was found in the larger one would be lost. */
export const toTop = async (page: Page, heading: string) => {
  await page.setViewportSize({ width: 900, height: 600 });
  await page
    .getByRole('heading', { name: heading, exact: true })
    .evaluate((element) => element.scrollIntoView({ block: 'start' }));
};
/** Brings a part of Settings to the top. */
export const settingsPart = async (page: Page, heading: string) => {
  await openSettings(page);
  await toTop(page, heading);
};
export const openFolderDialog = async (page: Page) => {
  await openLibrary(page);
  await page.getByRole('button', { name: 'Move…' }).click();
};
export const moveFolder = async (page: Page, state: FolderMove) => {
  await openLibrary(page);
  await page.evaluate((move) => window.hearth.localModels.setFolderMove(move), state);
  await toTop(page, 'Models folder');
};
export const deleteModel = async (page: Page, name: string) => {
  await openLibrary(page);
  await page.getByRole('button', { name: `More for “${name}”` }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
};

export async function deleteFirst(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Flat and dense sourdough', exact: true }).focus();
  await page.keyboard.press('Delete');
}
