import type { IncomingMessage } from 'node:http';
import { EngineError } from '#contract/errors';

const json = /^application\/json\s*(;|$)/i;

/** A body that is not declared as JSON: 415, which no other error is. */
export class UnsupportedMediaType extends Error {}

function words(limit: number): string {
  return `The body is larger than the ${limit} bytes that this route takes. Send it in parts.`;
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new EngineError('too_large', words(limit), { limit });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += (chunk as Buffer).length;
      if (size > limit) throw new EngineError('too_large', words(limit), { limit });
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('cancelled', 'The client went away before its body had arrived.', {}, { cause: error });
  }
  return Buffer.concat(chunks, size);
}

/** Nothing was sent, as the headers say it (RFC 9112, section 6.3). */
export const hasNoBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

/** Reads a JSON body, counting while it comes. Throws `too_large`, `invalid_input` or UnsupportedMediaType. */
export async function readJsonBody(request: IncomingMessage, limit: number): Promise<unknown> {
  if (!json.test(request.headers['content-type'] ?? '')) throw new UnsupportedMediaType('Send the header Content-Type: application/json.');
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new UnsupportedMediaType(`The body is encoded with ${encoding}. Send it as it is.`);
  const bytes = await readBytes(request, limit);
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
