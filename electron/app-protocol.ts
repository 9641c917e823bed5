import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { resolveAppPath } from './app-path.ts';

/** Plotly and Blueprint write style elements, so styles may be inline; scripts come from our own files only. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Before the app is ready: `app:` is a secure origin with storage of its own. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

/** Serves the window's files below `root`, and nothing else. */
export function serveAppScheme(root: string): void {
  protocol.handle('app', async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405, headers });
    const found = resolveAppPath(root, request.url);
    if (!found) return new Response('Not found', { status: 404, headers: { ...headers, 'content-type': 'text/plain' } });
    const body = await readFile(found.file);
    return new Response(new Uint8Array(body), { headers: { ...headers, 'content-type': found.contentType } });
  });
}
