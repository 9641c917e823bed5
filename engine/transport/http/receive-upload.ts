import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EngineError } from '#contract/errors';
import type { Upload } from '../../serving/handlers/handler.ts';
import { bodyChunks } from './body-chunks.ts';
import { BodyRefused } from './body-refused.ts';
import type { BodyReading } from './read-body.ts';

const suffixes: Record<string, string> = { 'application/x-ndjson': '.jsonl', 'application/json': '.json', 'text/csv': '.csv' };

/** Counts what passes. Throws `too_large` at the limit. */
async function* limited(source: AsyncIterable<Buffer>, limit: number, counted: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    counted.bytes += chunk.length;
    if (counted.bytes > limit) throw tooLarge(limit);
    yield chunk;
  }
}

const tooLarge = (limit: number): EngineError =>
  new EngineError('too_large', `The body is larger than the ${limit} bytes that this route takes. Send it in parts.`, { limit });

/**
 * Writes a body to a file of its own as it comes, whatever its size, at the pace of the disk. The name is made here: nothing of the request is in it.
 * Throws `too_large`, `invalid_input` for an empty body, or BodyRefused; then no file is left.
 */
export async function receiveUpload(
  request: IncomingMessage,
  types: readonly string[],
  { limit, idleMs }: Pick<BodyReading, 'limit' | 'idleMs'>,
  folder: string | null,
): Promise<Upload> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!types.includes(type)) throw new BodyRefused(415, 'invalid_input', `Send the header Content-Type with one of ${types.join(', ')}.`);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new BodyRefused(415, 'invalid_input', `The body is encoded with ${encoding}. Send it as it is.`);
  if (folder === null) {
    throw new EngineError(
      'unsupported',
      'This server serves a bundle alone and has no workspace to store this in. Serve a workspace instead: recsmith serve WORKSPACE.',
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${randomUUID()}${suffixes[type] ?? ''}`);
  const counted = { bytes: 0 };
  try {
    await pipeline(limited(bodyChunks(request, idleMs), limit, counted), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    if (counted.bytes === 0) throw new EngineError('invalid_input', 'The body is empty. Send rows in it.');
  } catch (error) {
    await rm(file, { force: true });
    if (error instanceof EngineError || error instanceof BodyRefused) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new EngineError('unavailable', 'The upload does not fit the disk. Free some space, then send it again.', {}, { cause: error });
    throw new EngineError('cancelled', 'The client went away before its body had arrived.', {}, { cause: error });
  }
  return { file, type, bytes: counted.bytes };
}
