/** Writes every screen in each of its states into target/pictures (or HEARTH_PICTURES), to be looked at. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { test } from './open';
import { chat } from './pictures/chat';
import { german } from './pictures/german';
import { computing } from './pictures/hardware';
import { models } from './pictures/models';
import { settings } from './pictures/settings';

const folder =
  process.env['HEARTH_PICTURES'] ?? fileURLToPath(new URL('../../target/pictures', import.meta.url));

const sizes = [
  { width: 900, height: 600 },
  { width: 1440, height: 900 },
];

test.use({ reducedMotion: 'reduce' });

for (const { name, scenario, steps } of [...chat, ...models, ...settings, ...computing, ...german]) {
  test(name, async ({ page, open }) => {
    // A fixed day and hour, so that the same page gives the same picture.
    await page.clock.setFixedTime(new Date('2026-11-20T10:24:00+01:00'));
    await open(scenario);
    await steps?.(page);
    await takeAll(page, name, sizes);
  });
}

test('narrow-sidebar', async ({ page, open }) => {
  const size = { width: 640, height: 480 };
  await page.setViewportSize(size);
  await open('full');
  await page.getByRole('button', { name: 'Show the sidebar' }).click();
  await takeAll(page, 'narrow-sidebar', [size]);
});

async function takeAll(page: Page, name: string, sizes: { width: number; height: number }[]): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // What follows the size (scrolling, popovers) has come to rest by the second frame.
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      const file = `${name}.${colorScheme}.${size.width}x${size.height}.png`;
      await page.screenshot({ path: path.join(folder, file), caret: 'initial' });
    }
  }
}
