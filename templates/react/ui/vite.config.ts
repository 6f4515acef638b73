import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  // `wavecraft start` tells Vite its port and opens the page; only this machine may ask for it.
  server: { host: 'localhost' },
  test: { environment: 'jsdom', setupFiles: 'src/testing/setup.ts' },
});
