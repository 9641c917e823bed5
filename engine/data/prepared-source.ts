import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { EngineError } from '#contract/errors';
import { findBinaryLine, noText } from './binary-text.ts';
import { brokenJson } from './formats/json-documents.ts';
import type { Source } from './source.ts';
import type { Packing } from './unpacked.ts';

/** What is wrong with a file that DuckDB gives up on, in words of ours: no text from some line on, damaged Parquet, gzip that is cut off. */
export function explain(source: Source): (error: unknown) => Promise<never> {
  return async (error) => {
    if (
      !(error instanceof Error) ||
      error instanceof EngineError ||
      !/^(Invalid|IO Error|TProtocol|Could not|Parquet)/i.test(error.message)
    )
      throw error;
    if (source.format === 'json') throw brokenJson(source.path, error);
    const line = source.reading.cells === 'typed' ? null : await findBinaryLine(source.readPath);
    if (line !== null) throw noText(source.path, line);
    throw new EngineError(
      'unreadable_file',
      `${source.path} cannot be read to its end. It may be cut off or damaged: get it again.`,
      { file: source.path },
      { cause: error },
    );
  };
}

/** What DuckDB says where lines end in different ways. */
const mixedEnds = /state machine reached an invalid state/;

/**
 * Has what DuckDB does not read as it is written beside the database first, where it may take as much room as the data; what is read tells places in it.
 */
export async function withPrepared<T>(
  source: Source,
  databaseFile: string,
  packing: Packing,
  use: (source: Source, packing: Packing) => Promise<T>,
): Promise<T> {
  const { prepare, mend } = source;
  if (prepare) return prepared(source, prepare, databaseFile, use);
  try {
    return await use(source, packing);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    if (!mend || !(cause instanceof Error) || !mixedEnds.test(cause.message) || (await findBinaryLine(source.readPath)) !== null)
      throw error;
    return prepared(source, mend, databaseFile, use);
  }
}

async function prepared<T>(
  source: Source,
  prepare: (target: string) => Promise<void>,
  databaseFile: string,
  use: (source: Source, packing: Packing) => Promise<T>,
): Promise<T> {
  const readPath = `${databaseFile}.${randomUUID()}.tmp`;
  try {
    await prepare(readPath);
    return await use({ ...source, readPath }, null);
  } finally {
    await rm(readPath, { force: true });
  }
}
