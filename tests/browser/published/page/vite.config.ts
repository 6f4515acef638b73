import { basename } from 'node:path';
import { defineConfig } from 'vite';
import { mark } from './mark';

export default defineConfig(async ({ command, mode }) => ({
  define: { __MARK__: JSON.stringify(`${mark} ${command} ${mode} ${basename(__dirname)}`) },
}));
