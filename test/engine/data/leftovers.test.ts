import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { removeLeftovers } from '../../../engine/data/leftovers.ts';
import { withFolder } from '../../support/folders.ts';

test('only what was prepared to be read is removed', () =>
  withFolder(async (folder) => {
    const stays = [
      'data.duckdb',
      'data.duckdb.wal',
      'data.duckdb.tmp',
      'data.duckdb.backup.tmp',
      'x.0a0b0c0d-0000-4000-8000-000000000000.tmp',
    ];
    for (const name of [...stays, 'data.duckdb.0a0b0c0d-0000-4000-8000-000000000000.tmp']) await writeFile(path.join(folder, name), '');
    await removeLeftovers(path.join(folder, 'data.duckdb'));
    expect((await readdir(folder)).sort()).toEqual(stays.sort());
  }));
