/** Schemes that a link in an answer may have. Everything else (javascript:, data:, file:, relative) is only text. */
const openSchemes = new Set(['http:', 'https:', 'mailto:']);

/** The address to hand to the person's browser, or null if there is none that may be opened. */
export function openableUrl(href: string): string | null {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return null;
  }
  return openSchemes.has(url.protocol) ? url.href : null;
}

/** What a reader should know about an address at a glance. */
export function hostOf(url: string): string {
  const parsed = new URL(url);
  return parsed.host === '' ? parsed.pathname : parsed.host;
}
