import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The one origin that this app shows. */
export const appOrigin = 'app://recsmith';
export const appPage = `${appOrigin}/index.html`;

const contentTypes: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff: 'font/woff',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
};

/** What a request of the window may read: a file below `root` with its content type, or null for anything else. */
export function resolveAppPath(root: string, url: string): { file: string; contentType: string } | null {
  if (!url.startsWith(`${appOrigin}/`)) return null;
  const raw = url.slice(appOrigin.length + 1).split(/[?#]/, 1)[0] ?? '';
  const path = raw === '' ? 'index.html' : raw;
  // Names that our build writes need no escapes: whatever has one, or a dot segment, or a backslash, is not ours.
  if (!/^[\w@-][\w@.-]*(\/[\w@-][\w@.-]*)*$/.test(path)) return null;
  const contentType = contentTypes[path.slice(path.lastIndexOf('.') + 1)];
  if (!contentType) return null;
  try {
    const base = realpathSync(root);
    const file = realpathSync(join(base, path));
    return file.startsWith(base + sep) ? { file, contentType } : null;
  } catch {
    return null;
  }
}

/** True for a page of this app; subframes and other schemes never are. */
export function isAppUrl(url: string): boolean {
  return url === appOrigin || url.startsWith(`${appOrigin}/`);
}
