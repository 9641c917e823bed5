import type { IncomingMessage } from 'node:http';
import { type Context, Hono } from 'hono';
import { EngineError } from '#contract/errors';
import { openApiDocument } from '#contract/open-api';
import { type Route, type RouteName, routes } from '#contract/routes';
import type { RouteHandlers } from '../../serving/route-handlers.ts';
import { docsResponse } from './docs.ts';
import { commonHeaders, problemOf, problemResponse } from './problem.ts';
import { hasNoBody, readJsonBody, UnsupportedMediaType } from './read-body.ts';
import { numericFields, parseInput, queryValues } from './read-input.ts';

/** Counts an answer under a route's name, or under a fixed word where there is no route. */
export type OnAnswer = (route: string, status: number, durationMs: number) => void;

interface Env {
  Bindings: { incoming: IncomingMessage };
}

const MiB = 1024 * 1024;
const longestKey = 180;

/** The table's paths in the router's spelling: `{user_id}` is `:user_id`. */
const routerPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

function idempotencyKeyOf(request: IncomingMessage): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || key.length === 0 || key.length > longestKey) {
    throw new EngineError('invalid_input', `The Idempotency-Key has ${key.length} characters; 1 to ${longestKey} are taken.`);
  }
  return key;
}

/** The body by its row; one that may be left out and was is `{}`. */
async function readBody(request: IncomingMessage, { bodyOptional, bodyLimit = MiB }: Route): Promise<unknown> {
  return bodyOptional && hasNoBody(request) ? {} : readJsonBody(request, bodyLimit);
}

/** Reads a request by its row, calls the handler, and writes the answer. */
function answerBy(name: RouteName, route: Route, handlers: RouteHandlers): (context: Context<Env>) => Promise<Response> {
  const handle = handlers[name] as (input: unknown) => unknown;
  const numeric = route.query ? numericFields(route.query) : new Set<string>();
  const headers = { ...commonHeaders, 'content-type': route.contentType ?? 'application/json' };
  return async (context) => {
    const { incoming } = context.env;
    const input = {
      params: route.params ? parseInput(route.params, context.req.param(), 'path') : undefined,
      query: route.query ? parseInput(route.query, queryValues(context.req.queries(), route.query, numeric), 'query') : undefined,
      body: route.body ? parseInput(route.body, await readBody(incoming, route), 'body') : undefined,
      idempotencyKey: route.body ? idempotencyKeyOf(incoming) : undefined,
    };
    const answer = await handle(input);
    return new Response(route.contentType ? String(answer) : JSON.stringify(answer), { status: route.success, headers });
  };
}

const failed = (error: unknown): Response =>
  error instanceof UnsupportedMediaType ? problemResponse(415, 'invalid_input', error.message, { connection: 'close' }) : problemOf(error);

/** `..%zz` and the like: no character is meant by it. */
function checkEscapes(url: string): void {
  try {
    decodeURIComponent(url.split('?', 1)[0] as string);
  } catch {
    throw new EngineError('invalid_input', 'The path has a broken percent escape. Encode ids as UTF-8, or use /recommend?user_id=.');
  }
}

/** The served API as a fetch function: the rows of the table, the documentation, 405 and 404. Who may ask was found out before. */
export function createApp(handlers: RouteHandlers, onAnswer: OnAnswer): (request: Request, env: Env['Bindings']) => Promise<Response> {
  const app = new Hono<Env>();
  const names = new WeakMap<Request, string>();
  const methods = new Map<string, string[]>();
  const add = (method: 'GET' | 'POST', path: string, name: string, answer: (context: Context<Env>) => Promise<Response>): void => {
    methods.set(path, [...(methods.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
    app.on(method, path, (context) => {
      names.set(context.req.raw, name);
      return answer(context);
    });
  };

  for (const [name, route] of Object.entries<Route>(routes)) {
    add(route.method, routerPath(route.path), name, answerBy(name as RouteName, route, handlers));
  }
  const document = JSON.stringify(openApiDocument());
  const documentHeaders = { ...commonHeaders, 'content-type': 'application/json' };
  add('GET', '/openapi.json', 'openapi', async () => new Response(document, { headers: documentHeaders }));
  const nothing = (): Response => problemResponse(404, 'not_found', 'There is nothing at this path. /docs lists the routes.');
  // For people who open the address that the server told them; no route of the API.
  add('GET', '/', 'root', async () => new Response(null, { status: 302, headers: { ...commonHeaders, location: '/docs' } }));
  add('GET', '/docs', 'docs', async () => (await docsResponse('')) ?? nothing());
  add('GET', '/docs/:file', 'docs', async (context) => (await docsResponse(context.req.param('file') ?? '')) ?? nothing());

  for (const [path, allowed] of methods) {
    app.all(path, (context) =>
      problemResponse(405, 'invalid_input', `${context.req.method} is not possible here; ${allowed.join(', ')} is.`, {
        allow: allowed.join(', '),
      }),
    );
  }
  app.notFound(nothing);
  app.onError(failed);

  return async (request, env) => {
    const started = performance.now();
    let response: Response;
    let name = 'none';
    try {
      checkEscapes(env.incoming.url ?? '/');
      response = await app.fetch(request, env);
      name = names.get(request) ?? 'none';
    } catch (error) {
      response = failed(error);
    }
    onAnswer(name, response.status, performance.now() - started);
    return response;
  };
}
