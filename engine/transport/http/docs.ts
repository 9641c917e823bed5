import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import type { Reply } from './reply.ts';

/** The only files that can be asked for; a name is never made into a path. */
const assets: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const initializer = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
});
`;

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Recsmith recommendations: API</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/initializer.js"></script>
  </body>
</html>
`;

/** Scripts of this server only, and requests to it only. Swagger UI sets styles on elements and draws its icons from data. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const folders = [
  path.join(__dirname, '..', 'resources', 'swagger'),
  path.join(__dirname, '..', '..', 'node_modules', 'swagger-ui-dist'),
  path.join(__dirname, '..', '..', '..', 'node_modules', 'swagger-ui-dist'),
];

const answer = (body: string | Uint8Array, type: string): Reply => ({
  status: 200,
  headers: { 'content-security-policy': policy, 'content-type': type },
  body,
});

/** A page or file of the documentation; null where there is none of this name. Everything is local: it works without a network. */
export async function docsReply(name: string): Promise<Reply | null> {
  if (name === '') return answer(page, 'text/html; charset=utf-8');
  if (name === 'initializer.js') return answer(initializer, 'text/javascript; charset=utf-8');
  if (!Object.hasOwn(assets, name)) return null;
  const folder = folders.find((candidate) => existsSync(path.join(candidate, name)));
  if (!folder)
    throw new EngineError(
      'unavailable',
      'The files of the documentation page are not installed. Build Recsmith again; /openapi.json has the same facts.',
    );
  return answer(await readFile(path.join(folder, name)), assets[name] as string);
}
