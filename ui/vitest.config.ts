import { playwright } from '@vitest/browser-playwright';
import { defineConfig, mergeConfig } from 'vitest/config';
import { chromiumPath } from './tests/chromium.ts';
import page from './vite.config.ts';

/** Tests of parts of the page, in the system's Chromium. */
export default mergeConfig(
  page,
  defineConfig({
    // Prepared before the first test: a dependency met in the middle of a run would reload the page and bring a
    // second Svelte. The icons are single files that need no preparing.
    optimizeDeps: {
      include: ['axe-core', 'fast-check', 'highlight.js/lib/languages/*', 'lowlight', 'markdown-it'],
      exclude: ['@lucide/svelte'],
    },
    test: {
      include: ['src/**/*.test.ts'],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: { executablePath: chromiumPath(), args: ['--no-sandbox'] },
        }),
        instances: [{ browser: 'chromium' }],
        viewport: { width: 900, height: 600 },
      },
    },
  }),
);
