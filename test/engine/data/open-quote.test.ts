import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../engine/data/database.ts';
import { countEntities } from '../../../engine/data/entities.ts';
import { importPaths } from '../../../engine/data/import-paths.ts';
import { withFolder } from '../../support/folders.ts';

const quiet = { checkpoint: async () => {}, curve: () => {}, log: () => {}, signal: new AbortController().signal };

async function importing(rows: string[]) {
  return withFolder(async (folder) => {
    const file = path.join(folder, 'rows.csv');
    await writeFile(file, `${['user_id,item_id,timestamp', ...rows].join('\n')}\n`);
    const db = await openDatabase(path.join(folder, 'data.duckdb'));
    try {
      const result = await importPaths(db, { paths: [file] }, quiet).catch((error: unknown) => error);
      return { result, interactions: (await countEntities(db)).interactions };
    } finally {
      await db.close();
    }
  });
}

const good = Array.from({ length: 40 }, (_, n) => `u${n},i${n},2024-01-03`);

test('a quote that swallows the lines after it is refused with its line, and nothing is imported', async () => {
  const { result, interactions } = await importing(['a,x,2024-01-01', 'b,"y,2024-01-02', ...good]);
  expect(result).toMatchObject({ code: 'bad_data', details: { line: 3 } });
  expect(interactions).toBe(0);
});

test('a quoted cell may hold line ends, and a line with text after its quote is one reject', async () => {
  const { result, interactions } = await importing(['a,"x\ny",2024-01-01', 'b,"y"z,2024-01-02', ...good]);
  expect(result).toMatchObject({ rowsRead: 42, accepted: 41, rejected: 1 });
  expect(interactions).toBe(41);
});
