import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npx vite --config test/support/preview/vite.config.ts`, then /test/support/preview/index.html?mode=data
export default defineConfig({ root: '.', plugins: [react()], server: { port: 5199, strictPort: true } });
