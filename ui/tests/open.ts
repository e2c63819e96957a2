/** Opens the harness in a named scenario, and turns whatever the page must never do into a failed test. */
import { test as base, expect, type Page } from '@playwright/test';
import type { FakeBackend } from '../src/backend/fake';
import type { ScenarioName } from '../src/backend/fake/scenarios';

/** What the page said that it must never say: broken policy, uncaught errors, requests to elsewhere. */
type Faults = string[];

export const test = base.extend<{ open: (scenario: ScenarioName) => Promise<void>; faults: Faults }>({
  faults: [
    async ({ page, baseURL }, use) => {
      const faults: Faults = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text());
      });
      page.on('request', (request) => {
        if (baseURL !== undefined && !request.url().startsWith(new URL(baseURL).origin))
          faults.push(request.url());
      });
      await use(faults);
      expect(faults, 'the page keeps to its security policy, throws nothing and asks nobody else').toEqual(
        [],
      );
    },
    { auto: true },
  ],
  open: async ({ page }, use) => {
    await use(async (scenario) => {
      await page.goto(`harness.html?scenario=${scenario}`);
    });
  },
});

/** What the page has asked of the backend, e.g. every `send` with its arguments. */
export function calls(page: Page, name: FakeBackend['calls'][number]['name']): Promise<unknown[][]> {
  return page.evaluate(
    (wanted) => window.hearth.calls.filter((call) => call.name === wanted).map((call) => call.arguments),
    name,
  );
}

export { expect };
