import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** The page as the shell embeds it (`npm run build`) or asks for it while developing (`npm run dev`). */
export default defineConfig({
  // Translations are compiled beforehand (`npm run translations`): inside Vite, their compiler keeps the process
  // alive for half a minute after its work is done.
  plugins: [tailwindcss(), svelte()],
  // The shell's own messages in the same terminal stay readable.
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  build: {
    // The oldest system webviews that Tauri meets: WebKitGTK of Ubuntu 24.04 and Safari of macOS 13.
    target: ['es2022', 'safari16.4', 'chrome111'],
    // Small files stay files: the content security policy has no `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
