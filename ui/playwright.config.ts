import { defineConfig } from '@playwright/test';
import { chromiumPath } from './tests/chromium.ts';

const port = process.env['HEARTH_HARNESS_PORT'] ?? '4173';

/** Whole screens with the fake backend: `e2e` states the rules, `pictures` writes target/pictures. */
export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  reporter: [['list']],
  // Bounds for a machine that is busy with other things; a passing test waits for none of them.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: `http://localhost:${port}/tests/`,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    launchOptions: { executablePath: chromiumPath(), args: ['--no-sandbox'] },
  },
  projects: [
    { name: 'e2e', testIgnore: 'pictures.spec.ts' },
    { name: 'pictures', testMatch: 'pictures.spec.ts' },
  ],
  webServer: {
    command: 'npm run --silent harness',
    // While working on the page: one server that stays, several runs against it.
    reuseExistingServer: process.env['HEARTH_HARNESS_RUNNING'] === '1',
    url: `http://localhost:${port}/tests/harness.html`,
    timeout: 60_000,
  },
});
