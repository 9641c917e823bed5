import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '../files/atomic.ts';
import type { Session } from './session.ts';
import { quotePath, quoteText } from './sql.ts';

/** How many rows of a Parquet file are of a user. */
export function countUserRows(session: Session, file: string, userId: string): Promise<number> {
  return session.number(`SELECT count(*) FROM read_parquet(${quotePath(file)}) WHERE user_id = $1`, [userId]);
}

/** Writes a Parquet file anew without a user, in the same order; `settle` may look at it before it takes the place of the old one. */
export async function writeWithoutUser(
  session: Session,
  { file, to = file }: { file: string; to?: string },
  userId: string,
  settle: (written: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const staging = `${to}.${process.pid}.00000000.tmp`;
  try {
    await session.run(
      `COPY (SELECT * FROM read_parquet(${quotePath(file)}) WHERE user_id IS DISTINCT FROM $1) TO ${quoteText(staging)} (FORMAT parquet, COMPRESSION zstd)`,
      [userId],
    );
    const handle = await open(staging, 'r+');
    await handle.sync().finally(() => handle.close());
    await settle(staging);
    await rename(staging, to);
  } catch (error) {
    await rm(staging, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(to));
}
