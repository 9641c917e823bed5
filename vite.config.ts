import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'renderer',
  // Relative addresses: the page is served from app:// in the window.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome114',
    cssTarget: 'chrome114',
    // The page's policy takes fonts and images from files only.
    assetsInlineLimit: 0,
    // One plot library makes most of it, and it comes from the disk.
    chunkSizeWarningLimit: 6000,
  },
});
