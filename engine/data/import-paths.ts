import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ImportedFile, ImportInput, ImportResult } from '#contract/data';
import { EngineError } from '#contract/errors';
import { sha256File } from '../files/atomic.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { findBinaryLine, noText } from './binary-text.ts';
import type { Database } from './database.ts';
import { storeWeights } from './event-types.ts';
import { checkGzip, copyAsUtf8, type Encoding, readHead } from './file-head.ts';
import { findFiles } from './find-files.ts';
import { stageEntities, storeEntities } from './import-entities.ts';
import { stageInteractions, storeInteractions } from './import-interactions.ts';
import { storeOracle } from './import-oracle.ts';
import { type ImportRow, importedFile } from './imports.ts';
import { movieLensFiles } from './movielens.ts';
import { openSource } from './open-source.ts';
import { clearRejects, storeRejects } from './reject-rows.ts';
import type { Session } from './session.ts';
import type { Source } from './source.ts';
import { watched } from './watched.ts';

/**
 * Imports files or folders in one transaction: a stop at any moment leaves the database as it was. Rows that cannot be used go to `rejects`
 * and never stop the import; rows that are there already count as duplicates; a file whose bytes were imported before changes nothing.
 *
 * @throws `unreadable_file` where a file cannot be read, `bad_data` where it holds no rows or no ids, `cancelled` when asked to stop.
 */
export async function importPaths(db: Database, input: ImportInput, ctx: WorkContext): Promise<ImportResult> {
  const started = performance.now();
  const { tables, oracle } = await findFiles(input.paths);
  const sources: Source[] = [];
  for (const file of tables) {
    await ctx.checkpoint({ phase: 'Looking at the files', done: sources.length, total: tables.length, unit: 'files' });
    sources.push(await openSource(file, input));
  }
  const files = await db.write(async (session) => {
    const done: ImportedFile[] = [];
    for (const source of sources) done.push(await importFile(session, source, db.file, ctx));
    await storeWeights(session, input.weights ?? {});
    if (oracle !== null) await storeOracle(session, oracle);
    await ctx.checkpoint({ phase: 'Keeping what was imported', done: sources.length, total: sources.length, unit: 'files' });
    return done;
  });
  const sum = (pick: (file: ImportedFile) => number): number => files.reduce((total, file) => total + pick(file), 0);
  const seconds = (performance.now() - started) / 1000;
  const rowsRead = sum((file) => file.rowsRead);
  return {
    files,
    rowsRead,
    accepted: sum((file) => file.accepted),
    rejected: sum((file) => file.rejected),
    duplicates: sum((file) => file.duplicates),
    seconds,
    rowsPerSecond: rowsRead / seconds,
  };
}

async function importFile(session: Session, source: Source, databaseFile: string, ctx: WorkContext): Promise<ImportedFile> {
  const started = performance.now();
  const { sizeBytes, encoding } = await readHead(source.path);
  const sha256 = await sha256File(source.path);
  const mapping = JSON.stringify(source.mapping);
  const [before] = await session.rows<ImportRow>('SELECT * FROM imports WHERE sha256 = $1 AND entity = $2 AND mapping = $3 LIMIT 1', [
    ...[sha256, source.entity, mapping],
  ]);
  if (before !== undefined) return importedFile(before, true);
  if (source.path.endsWith('.gz')) await checkGzip(source.path);
  const importId = await session.number('SELECT coalesce(max(import_id), 0) + 1 FROM imports');
  const counts = await withUtf8(source, encoding, databaseFile, (readable) => importRows(session, readable, importId, ctx));
  const seconds = (performance.now() - started) / 1000;
  const rowsRead = counts.accepted + counts.duplicates + counts.rejected;
  await session.run("INSERT INTO imports VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() AT TIME ZONE 'UTC', $12)", [
    ...[importId, source.path, source.entity, source.format, sizeBytes, sha256],
    ...[rowsRead, counts.accepted, counts.rejected, counts.duplicates, seconds, mapping],
  ]);
  return importedFile(await session.row<ImportRow>('SELECT * FROM imports WHERE import_id = $1', [importId]), false);
}

interface RowCounts {
  accepted: number;
  duplicates: number;
  rejected: number;
}

/** Reads all rows into `staged`, puts the broken ones aside and stores the others. */
async function importRows(session: Session, source: Source, importId: number, ctx: WorkContext): Promise<RowCounts> {
  const interactions = source.entity === 'interactions';
  const name = path.basename(source.path);
  await clearRejects(session);
  const stage = () => (interactions ? stageInteractions(session, source) : stageEntities(session, source)).catch(explain(source));
  await watched(session, ctx, `Reading ${name}`, stage, source.expectedRows);
  await ctx.checkpoint({ phase: `Checking ${name}` });
  const rejected = await storeRejects(session, source, importId);
  const good = await session.number('SELECT count(*) FROM staged WHERE problem IS NULL');
  const work = () => (interactions ? storeInteractions(session, importId) : storeEntities(session, source));
  const stored = await watched(session, ctx, `Storing ${name}`, work, good);
  await session.run('DROP TABLE staged');
  return { ...stored, rejected };
}

/** What is wrong with a file that DuckDB gives up on, in words of ours: no text from some line on, damaged Parquet, gzip that is cut off. */
function explain(source: Source): (error: unknown) => Promise<never> {
  return async (error) => {
    if (
      !(error instanceof Error) ||
      error instanceof EngineError ||
      !/^(Invalid|IO Error|TProtocol|Could not|Parquet)/i.test(error.message)
    )
      throw error;
    const line = source.reading.kind === 'parquet' ? null : await findBinaryLine(source.readPath);
    if (line !== null) throw noText(source.path, line);
    throw new EngineError(
      'unreadable_file',
      `${source.path} cannot be read to its end. It may be cut off or damaged: get it again.`,
      { file: source.path },
      { cause: error },
    );
  };
}

/** Has a source in another encoding copied beside the database first; DuckDB reads UTF-8, and tells places in it. */
async function withUtf8<T>(source: Source, encoding: Encoding, databaseFile: string, use: (source: Source) => Promise<T>): Promise<T> {
  const known = source.format === 'movielens-100k' && Object.hasOwn(movieLensFiles, path.basename(source.path).toLowerCase());
  const actual = known ? 'latin1' : encoding;
  if (actual === 'utf-8' || source.reading.kind === 'parquet') return use(source);
  const readPath = `${databaseFile}.${randomUUID()}.utf8.tmp`;
  try {
    await copyAsUtf8(source.path, actual, readPath);
    return await use({ ...source, readPath });
  } finally {
    await rm(readPath, { force: true });
  }
}
