import { readFileSync } from 'node:fs';

/**
 * The content security policy that the shell gives to the page, as the value of the HTTP header. The harness is
 * served under the same one, so whatever the shell would block fails here first.
 */
export function contentSecurityPolicy(): string {
  const file = new URL('../../src-tauri/tauri.conf.json', import.meta.url);
  const policy: unknown = (JSON.parse(readFileSync(file, 'utf8')) as ShellConfiguration).app?.security?.csp;
  if (typeof policy === 'string') return policy;
  if (typeof policy === 'object' && policy !== null) {
    return Object.entries(policy)
      .map(([directive, sources]) => [directive, ...[sources as string | string[]].flat()].join(' '))
      .join('; ');
  }
  throw new Error(`${file.pathname} has no app.security.csp`);
}

interface ShellConfiguration {
  app?: { security?: { csp?: unknown } };
}
