import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { MiB, type Route } from '#contract/api/route';
import { EngineError } from '#contract/errors';
import type { Upload } from '../../serving/handlers/handler.ts';
import type { BodyShare } from './body-budget.ts';
import { hasNoBody, readJsonBody } from './read-body.ts';
import { fieldKinds, parseInput, queryValues } from './read-input.ts';
import { receiveUpload } from './receive-upload.ts';

const longestKey = 180;

/** The input of a row, as its handler takes it. */
export interface ReadInput {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** Reads what a row takes. `sent` is the body's text, for whoever looks at requests. */
export type InputReader = (
  request: IncomingMessage,
  params: Record<string, string>,
  queries: URLSearchParams,
  share: BodyShare,
) => Promise<ReadInput> | ReadInput;

/** Throws `invalid_input` where the header is there and is no key. */
export function idempotencyKeyOf(request: IncomingMessage): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || key.length === 0 || key.length > longestKey) {
    throw new EngineError('invalid_input', `The Idempotency-Key has ${key.length} characters; 1 to ${longestKey} are taken.`);
  }
  return key;
}

/** Errors of a body that may hold a key say nothing of it: they are logged, and shown. */
async function unrepeated(body: Promise<unknown>): Promise<unknown> {
  try {
    return await body;
  } catch (error) {
    if (!(error instanceof EngineError && error.code === 'invalid_input')) throw error;
    throw new EngineError(
      'invalid_input',
      'The body does not fit. See /docs for what this route takes; what was sent is not repeated here.',
    );
  }
}

/** The reader of a row: what can be known of its schemas is found out once. */
export function inputReader(route: Route, uploadFolder: string | null, idleMs: number): InputReader {
  const { params: paramsSchema, query: querySchema, body: bodySchema, upload, bodyOptional, bodyLimit: limit = MiB, secret } = route;
  const kinds = querySchema ? fieldKinds(querySchema) : new Map();
  const readParts = (params: Record<string, string>, queries: URLSearchParams) => {
    const values = queryValues(queries, kinds);
    return {
      params: paramsSchema ? parseInput(paramsSchema, params, 'path') : undefined,
      query: querySchema ? parseInput(querySchema, values, 'query') : undefined,
    };
  };
  if (upload) {
    return async (request, params, queries) => ({
      ...readParts(params, queries),
      body: (await receiveUpload(request, upload, { limit, idleMs }, uploadFolder)) satisfies Upload,
    });
  }
  if (!bodySchema) return (_request, params, queries) => ({ ...readParts(params, queries), body: undefined });
  return async (request, params, queries, share) => {
    const parts = readParts(params, queries);
    const readBody = async (): Promise<unknown> => {
      const body = bodyOptional && hasNoBody(request) ? {} : await readJsonBody(request, { limit, idleMs, share });
      return parseInput(bodySchema as z.ZodType, body, 'body');
    };
    return { ...parts, body: await (secret === 'body and answer' ? unrepeated(readBody()) : readBody()) };
  };
}
