import type { IncomingMessage } from 'node:http';
import { EngineError } from '#contract/errors';
import type { BodyShare } from './body-budget.ts';
import { bodyChunks } from './body-chunks.ts';
import { BodyRefused } from './body-refused.ts';

const json = /^application\/json\s*(;|$)/i;

/** How a body is read: its limit, for how long it may pause, and what counts it. */
export interface BodyReading {
  limit: number;
  idleMs: number;
  share: BodyShare;
}

function words(limit: number): string {
  return `The body is larger than the ${limit} bytes that this route takes. Send it in parts.`;
}

async function readBytes(request: IncomingMessage, { limit, idleMs, share }: BodyReading): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new EngineError('too_large', words(limit), { limit });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of bodyChunks(request, idleMs)) {
      size += chunk.length;
      if (size > limit) throw new EngineError('too_large', words(limit), { limit });
      share.add(chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof EngineError || error instanceof BodyRefused) throw error;
    throw new EngineError('cancelled', 'The client went away before its body had arrived.', {}, { cause: error });
  }
  return Buffer.concat(chunks, size);
}

/** Nothing was sent, as the headers say it (RFC 9112, section 6.3). */
export const hasNoBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

/** Reads a JSON body, counting while it comes. Throws `too_large`, `invalid_input` or BodyRefused. */
export async function readJsonBody(request: IncomingMessage, reading: BodyReading): Promise<unknown> {
  if (!json.test(request.headers['content-type'] ?? ''))
    throw new BodyRefused(415, 'invalid_input', 'Send the header Content-Type: application/json.');
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new BodyRefused(415, 'invalid_input', `The body is encoded with ${encoding}. Send it as it is.`);
  const bytes = await readBytes(request, reading);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new EngineError('invalid_input', 'The body is not UTF-8 text.');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EngineError('invalid_input', `The body is not JSON: ${(error as Error).message}.`);
  }
}
