import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { sha256File } from '../files/atomic.ts';
import { isPostgres } from './formats/database-file.ts';
import { dropIncoming, exists, incoming } from './incoming.ts';
import type { Session } from './session.ts';
import type { Source } from './source.ts';

/** A file as it lies there: when it is another, it was written to. */
export interface Version {
  sizeBytes: number;
  modifiedMs: number;
  sha256: string;
}

/** A file that was read, or users and items that are about to be. */
export interface Staged extends Version {
  importId: number;
  rejected: number;
  seconds: number;
}

/** What tells one reading of a file from another. */
export const keyOf = ({ path: file, format, entity, mapping, constants, timeZone }: Source): string =>
  JSON.stringify([file, format, entity, mapping, constants, timeZone ?? '']);

/** Keeps what a stopped import has read where these files continue it, and nothing else. */
export async function keepStaged(session: Session, sources: Source[]): Promise<void> {
  const rows = await session.rows<{ source: string; size_bytes: bigint; modified_ms: number; row_count: bigint }>(
    'SELECT source, size_bytes, modified_ms, row_count FROM import_staged ORDER BY import_id',
  );
  const inOrder = sources.filter(({ entity }) => entity === 'interactions').map(keyOf);
  // Each of them is still to be imported, in the same order.
  let at = -1;
  const continues = rows.every(({ source }) => {
    at = inOrder.indexOf(source, at + 1);
    return at >= 0;
  });
  const present = (await exists(session, incoming)) ? await session.number(`SELECT count(*) FROM ${incoming}`) : 0;
  const told = rows.reduce((sum, row) => sum + Number(row.row_count), 0);
  const versions = await Promise.all(
    rows.map(async (row) => {
      const [file] = JSON.parse(row.source) as [string];
      const now = await versionOf(file).catch(() => null);
      return now?.sizeBytes === Number(row.size_bytes) && now.modifiedMs === row.modified_ms;
    }),
  );
  if (!continues || present !== told || !versions.every(Boolean)) await dropIncoming(session);
}

export async function stagedOf(session: Session, source: Source): Promise<Staged | undefined> {
  const [row] = await session.rows<{
    import_id: number;
    size_bytes: bigint;
    modified_ms: number;
    sha256: string;
    rejected: bigint;
    seconds: number;
  }>('SELECT * FROM import_staged WHERE source = $1', [keyOf(source)]);
  return (
    row && {
      importId: row.import_id,
      sizeBytes: Number(row.size_bytes),
      modifiedMs: row.modified_ms,
      sha256: row.sha256,
      rejected: Number(row.rejected),
      seconds: row.seconds,
    }
  );
}

export async function versionOf(file: string): Promise<Omit<Version, 'sha256'>> {
  if (isPostgres(file)) return { sizeBytes: 0, modifiedMs: 0 };
  const { size, mtimeMs } = await stat(file);
  return { sizeBytes: size, modifiedMs: mtimeMs };
}

/** A server's table has no bytes to hash: it is read each time. */
export const hashOf = (file: string): Promise<string> =>
  isPostgres(file) ? Promise.resolve(`unhashed-${randomUUID()}`) : sha256File(file);
