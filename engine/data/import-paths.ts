import path from 'node:path';
import type { ImportedFile, ImportRequest, ImportResult } from '#contract/data';
import { EngineError } from '#contract/errors';
import type { WorkContext } from '../jobs/work-context.ts';
import type { Database } from './database.ts';
import { storeWeights } from './event-types.ts';
import { checkPacked, readHead } from './file-head.ts';
import { findFiles } from './find-files.ts';
import { isPostgres } from './formats/database-file.ts';
import { stageEntities, storeEntities } from './import-entities.ts';
import { mostContext, readInteractions } from './import-interactions.ts';
import { storeOracle } from './import-oracle.ts';
import type { ImportRow } from './import-row.ts';
import { hashOf, keepStaged, keyOf, type Staged, stagedOf, versionOf } from './import-staged.ts';
import { importedFile } from './imports.ts';
import {
  type Counts,
  createIncoming,
  dropIncoming,
  incoming,
  isBroken,
  type StoredCounts,
  settleIncoming,
  storeIncoming,
} from './incoming.ts';
import { recallMappings, rememberMapping } from './mappings.ts';
import { openSource } from './open-source.ts';
import { explain, withPrepared } from './prepared-source.ts';
import { clearRejects, storeRejects } from './reject-rows.ts';
import type { Session } from './session.ts';
import type { Source } from './source.ts';
import { removeImport } from './undo-import.ts';
import type { Packing } from './unpacked.ts';
import { watched } from './watched.ts';

/** A file of this import, and what is known of it already. */
interface Planned {
  source: Source;
  /** Of an import of the same bytes with the same mapping: nothing is to be done. */
  before?: ImportRow;
}

/**
 * Imports files or folders, all of them or none: a stop at any moment leaves the workspace as it was. Rows that cannot be used go to `rejects` and never stop the
 * import; rows that are there already count as duplicates; a file whose bytes were imported before changes nothing. Where an import was stopped, the same import
 * later goes on with the files that were not read yet.
 *
 * @throws `unreadable_file` where a file cannot be read, `bad_data` where it holds no rows or no ids, `conflict` where it is written to meanwhile, `cancelled` when
 * asked to stop.
 */
export function importPaths(db: Database, input: ImportRequest, ctx: WorkContext): Promise<ImportResult> {
  // One after the other: they share the table of what is incoming.
  const before = turns.get(db) ?? Promise.resolve();
  const turn = before.then(() => importNow(db, input, ctx));
  turns.set(
    db,
    turn.catch(() => undefined),
  );
  return turn;
}

const turns = new WeakMap<Database, Promise<unknown>>();

async function importNow(db: Database, input: ImportRequest, ctx: WorkContext): Promise<ImportResult> {
  const started = performance.now();
  const { tables, oracle } = await findFiles(input.paths);
  const remembered = await recallMappings(db);
  const sources: Source[] = [];
  for (const { path: file, constants } of tables) {
    await ctx.checkpoint({ phase: 'Looking at the files', done: sources.length, total: tables.length, unit: 'files' });
    const source = await openSource(file, { ...input, constants, remembered });
    warnOfWidth(source, ctx);
    sources.push(source);
  }
  try {
    const files = await importSources(db, sources, input, oracle, ctx);
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
  } catch (error) {
    // What a stopped import has read is kept: the same import goes on from there.
    if (!(error instanceof EngineError && error.code === 'cancelled')) await db.write(dropIncoming).catch(() => undefined);
    throw error;
  }
}

async function importSources(
  db: Database,
  sources: Source[],
  input: ImportRequest,
  oracle: Parameters<typeof storeOracle>[1] | null,
  ctx: WorkContext,
): Promise<ImportedFile[]> {
  await db.write((session) => keepStaged(session, sources));
  const plans: { plan: Planned; staged?: Staged }[] = [];
  for (const source of sources) {
    const isInteractions = source.entity === 'interactions';
    const plan: Planned = { source };
    if (isInteractions) {
      const staged = (await db.read((session) => stagedOf(session, source))) ?? (await stageFile(db, plan, ctx));
      plans.push(staged ? { plan, staged } : { plan });
    } else plans.push({ plan });
  }
  const isStaged = plans.some(({ staged }) => staged);
  const settled = isStaged
    ? await db.write((session) => watched(session, ctx, 'Looking for repeats', () => settleIncoming(session)))
    : null;
  return db.write(async (session) => {
    const total = await session.number('SELECT coalesce(sum(row_count), 0) FROM import_staged');
    // Before anything is deleted: see settleIncoming. What replaces an earlier version does not find that one in its way.
    if (settled === null && input.earlier === 'replace') await removeEarlier(session, plans);
    const counts: Counts = isStaged
      ? await watched(session, ctx, 'Storing what was read', () => storeIncoming(session, settled), total)
      : new Map();
    const files: ImportedFile[] = [];
    for (const { plan, staged } of plans) {
      const { source, before } = plan;
      if (before !== undefined) files.push(importedFile(before, true));
      else if (staged) files.push(await record(session, source, staged, counts.get(staged.importId) ?? { accepted: 0, duplicates: 0 }));
      else files.push(await importEntities(session, source, db.file, ctx));
      if (input.map) await rememberMapping(session, source);
    }
    await session.run('INSERT INTO rejects SELECT * FROM import_rejects');
    await dropIncoming(session);
    await storeWeights(session, input.weights ?? {});
    if (oracle !== null) await storeOracle(session, oracle);
    await ctx.checkpoint({ phase: 'Keeping what was imported', done: sources.length, total: sources.length, unit: 'files' });
    return files;
  });
}

/** More attributes are no description of a user or an item. */
const mostAttributes = 1000;

function warnOfWidth({ path: file, entity, columns, mapping }: Source, ctx: WorkContext): void {
  const free = columns.length - Object.keys(mapping).length;
  if (entity === 'interactions') {
    if (free > mostContext)
      ctx.log(
        `${file} has ${free} columns without a role: the first ${mostContext} are kept as context, the others are left out.`,
        'warning',
      );
  } else if (free > mostAttributes) {
    throw new EngineError(
      'bad_data',
      `${file} has ${free} columns of attributes, and ${entity} may have ${mostAttributes}. Choose the columns that say something, or put them into one list or vector column.`,
      {
        file,
        columns: free,
      },
    );
  }
}

/** The import of the same bytes, read in the same way, where there was one of which nothing is missing. */
async function importedBefore(session: Session, source: Source, sha256: string): Promise<ImportRow | undefined> {
  const [row] = await session.rows<ImportRow>(
    `SELECT * FROM imports WHERE sha256 = $1 AND entity = $2 AND mapping = $3 AND NOT coalesce(incomplete, false)
       AND coalesce(reading, '') = $4 LIMIT 1`,
    [sha256, source.entity, JSON.stringify(source.mapping), readingOf(source)],
  );
  return row;
}

/** What of the reading changes rows beside the mapping; empty where nothing does. */
function readingOf({ timeZone, constants }: Source): string {
  return timeZone === undefined && Object.keys(constants).length === 0 ? '' : JSON.stringify({ timeZone, constants });
}

/** Takes the next number for an import. None is given twice, whatever is undone. */
async function nextImportId(session: Session): Promise<number> {
  await session.run('UPDATE import_numbers SET last = last + 1');
  return session.number('SELECT last FROM import_numbers');
}

/** Reads interactions into the table of what is incoming; nothing where the same bytes were imported before, which `plan` is then told. */
async function stageFile(db: Database, plan: Planned, ctx: WorkContext): Promise<Staged | undefined> {
  const { source } = plan;
  const started = performance.now();
  const version = await versionOf(source.path);
  // Where no import had as many bytes, none had these: the hash is made while the file is read.
  const perhaps = await db.read((session) =>
    session.number('SELECT count(*) FROM imports WHERE size_bytes = $1 AND entity = $2', [version.sizeBytes, source.entity]),
  );
  let hashing = hashOf(source.path);
  hashing.catch(() => undefined);
  if (perhaps > 0) {
    const sha256 = await hashing;
    const before = await db.read((session) => importedBefore(session, source, sha256));
    if (before !== undefined) {
      plan.before = before;
      return undefined;
    }
    hashing = Promise.resolve(sha256);
  }
  const packing = isPostgres(source.path) ? null : await checked(source, ctx);
  return withPrepared(source, db.file, packing, async (readable, left) => {
    const { importId, first } = await db.write(async (session) => {
      await clearRejects(session);
      await createIncoming(session);
      const id = await nextImportId(session);
      const before = await session.number(`SELECT count(*) FROM ${incoming}`);
      const read = () => readInteractions(session, readable, { importId: id }).catch(explain(readable));
      await watched(session, ctx, `Reading ${nameOf(source)}`, read, source.expectedRows, version.sizeBytes);
      return { importId: id, first: before };
    });
    const [sha256, now] = [await hashing, await versionOf(source.path)];
    if (now.sizeBytes !== version.sizeBytes || now.modifiedMs !== version.modifiedMs) throw changedMeanwhile(source.path);
    return db.write(async (session) => {
      await ctx.checkpoint({ phase: `Checking ${nameOf(source)}` });
      const rejected = await storeRejects(session, readable, importId, {
        table: incoming,
        problem: 'context',
        bad: isBroken,
        first: String(first),
        packing: left,
        into: 'import_rejects',
      });
      const rows = (await session.number(`SELECT count(*) FROM ${incoming}`)) - first;
      const seconds = (performance.now() - started) / 1000;
      await session.run('INSERT INTO import_staged VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
        ...[importId, keyOf(source), version.sizeBytes, version.modifiedMs, sha256, rows, rejected, seconds],
      ]);
      return { ...version, sha256, importId, rejected, seconds };
    });
  });
}

const nameOf = ({ path: file }: Pick<Source, 'path'>): string => path.basename(file);

/** Looks through a packed file for a cut. */
async function checked(source: Source, ctx: WorkContext): Promise<Packing> {
  const head = await readHead(source.path, 'utf-8');
  if (head.packing !== null) await ctx.checkpoint({ phase: `Checking ${nameOf(source)}` });
  await checkPacked(source.path, head);
  return head.packing;
}

function changedMeanwhile(file: string): EngineError {
  return new EngineError('conflict', `${file} was written to while it was read. Import it when it is complete. Nothing was imported.`, {
    file,
  });
}

/** Users or items: read, checked and stored in the transaction of the whole import. */
async function importEntities(session: Session, source: Source, databaseFile: string, ctx: WorkContext): Promise<ImportedFile> {
  const started = performance.now();
  const version = await versionOf(source.path);
  const sha256 = await hashOf(source.path);
  const before = await importedBefore(session, source, sha256);
  if (before !== undefined) return importedFile(before, true);
  const packing = isPostgres(source.path) ? null : await checked(source, ctx);
  const importId = await nextImportId(session);
  return withPrepared(source, databaseFile, packing, async (readable, left) => {
    await clearRejects(session);
    const stage = () => stageEntities(session, readable).catch(explain(readable));
    await watched(session, ctx, `Reading ${nameOf(source)}`, stage, source.expectedRows);
    await ctx.checkpoint({ phase: `Checking ${nameOf(source)}` });
    const first = '(SELECT min(rowid) FROM staged)';
    const how = { table: 'staged', problem: 'problem', bad: 'problem IS NOT NULL', first, packing: left, into: 'rejects' } as const;
    const rejected = await storeRejects(session, readable, importId, how);
    const good = await session.number('SELECT count(*) FROM staged WHERE problem IS NULL');
    const stored = await watched(session, ctx, `Storing ${nameOf(source)}`, () => storeEntities(session, readable, importId), good);
    await session.run('DROP TABLE staged');
    const seconds = (performance.now() - started) / 1000;
    return record(session, source, { ...version, sha256, importId, rejected, seconds }, stored, stored.attributesBefore);
  });
}

async function record(
  session: Session,
  source: Source,
  { importId, sizeBytes, sha256, rejected, seconds }: Staged,
  { accepted, duplicates }: StoredCounts,
  attributesBefore: string | null = null,
): Promise<ImportedFile> {
  const rowsRead = accepted + duplicates + rejected;
  await session.run(
    "INSERT INTO imports VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() AT TIME ZONE 'UTC', $12, false, $13, $14)",
    [
      ...[importId, source.path, source.entity, source.format, sizeBytes, sha256],
      ...[rowsRead, accepted, rejected, duplicates, seconds, JSON.stringify(source.mapping), attributesBefore, readingOf(source)],
    ],
  );
  return importedFile(await session.row<ImportRow>('SELECT * FROM imports WHERE import_id = $1', [importId]), false);
}

/** Takes out what earlier versions of these files brought in. */
async function removeEarlier(session: Session, plans: { plan: Planned }[]): Promise<void> {
  for (const { plan } of plans) {
    if (plan.before !== undefined || plan.source.entity !== 'interactions') continue;
    const earlier = await session.rows<{ import_id: number }>(
      'SELECT import_id FROM imports WHERE path = $1 AND entity = $2 ORDER BY import_id DESC',
      [plan.source.path, plan.source.entity],
    );
    for (const { import_id } of earlier) await removeImport(session, import_id);
  }
}
