import { stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256File, writeAtomic } from '../files/atomic.ts';
import { datasetFiles, readDataset } from './datasets.ts';
import type { Session } from './session.ts';
import { quotePath } from './sql.ts';
import { countUserRows, writeWithoutUser } from './user-parquet.ts';

/**
 * Takes a user out of a frozen dataset, which gets another fingerprint; says whether they were in it. Where the process dies on the way the old file may stand
 * beside the new manifest: doing it again mends that.
 */
export async function eraseFromDataset(session: Session, folder: string, id: string, userId: string): Promise<boolean> {
  const own = path.join(folder, id);
  const [interactions, users] = [path.join(own, datasetFiles.interactions), path.join(own, datasetFiles.users)];
  const rows = await countUserRows(session, interactions, userId);
  const described = await countUserRows(session, users, userId);
  if (described > 0) await writeWithoutUser(session, { file: users }, userId);
  if (rows > 0) {
    await writeWithoutUser(session, { file: interactions }, userId, async (written) => {
      const dataset = await readDataset(folder, id);
      const [counts] = await session.rows<Record<'interactions' | 'users' | 'items', bigint>>(
        `SELECT count(*) AS interactions, count(DISTINCT user_id) AS users, count(DISTINCT item_id) AS items FROM read_parquet(${quotePath(written)})`,
      );
      const changed = {
        ...dataset,
        // An example of what a step took away may be one of theirs.
        steps: dataset.steps.map((step) => (step.example?.includes(userId) ? { ...step, example: null } : step)),
        counts: { interactions: Number(counts?.interactions), users: Number(counts?.users), items: Number(counts?.items) },
        fingerprint: await sha256File(written),
        sizeBytes: (await stat(written)).size,
      };
      await writeAtomic(path.join(own, datasetFiles.manifest), JSON.stringify(changed, null, 2));
    });
  }
  return rows + described > 0;
}
