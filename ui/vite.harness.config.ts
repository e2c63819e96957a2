import { defineConfig, mergeConfig } from 'vite';
import { contentSecurityPolicy } from './tests/policy.ts';
import page from './vite.config.ts';

/** Where the harness is served; two runs side by side take two ports. */
const port = Number(process.env['HEARTH_HARNESS_PORT'] ?? '4173');

/** The same page with the fake backend, built and served as the shell serves the real one. */
export default mergeConfig(
  page,
  defineConfig({
    build: {
      outDir: `../target/page-harness-${port}`,
      emptyOutDir: true,
      rolldownOptions: { input: 'tests/harness.html' },
    },
    preview: {
      port,
      strictPort: true,
      headers: { 'Content-Security-Policy': contentSecurityPolicy() },
    },
  }),
);
