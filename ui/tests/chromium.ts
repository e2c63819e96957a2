import { existsSync } from 'node:fs';

/** The system's Chromium: no test downloads a browser. HEARTH_CHROMIUM names another one. */
export function chromiumPath(): string {
  const candidates = [
    process.env['HEARTH_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/snap/bin/chromium',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found === undefined) {
    throw new Error('No Chromium found. Install it (cargo xtask setup) or set HEARTH_CHROMIUM to its path.');
  }
  return found;
}
