/** The start, the chat with its composer, the model that answers, the sidebar. */
import { send, openModel, newChat, deleteFirst, type Picture } from './steps';

export const chat: Picture[] = [
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
];
