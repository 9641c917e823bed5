import { execFile } from 'node:child_process';
import { copyFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { EngineError } from '#contract/errors';
import { openDatabase } from '../../../engine/data/database.ts';
import { isFatal, translateError } from '../../../engine/data/database-errors.ts';
import { withFolder } from '../../support/folders.ts';

const rows = 'SELECT count(*) FROM event_types';

test('two openings of one file are one database, and no row of either is lost', () =>
  withFolder(async (folder) => {
    const file = path.join(folder, 'data.duckdb');
    const first = await openDatabase(file);
    const second = await openDatabase(path.join(folder, '.', 'data.duckdb'));
    expect(second).toBe(first);
    for (const [name, db] of [
      ['a', first],
      ['b', second],
    ] as const) {
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => db.write((session) => session.run('INSERT INTO event_types VALUES ($1, 1)', [`${name}${i}`]))),
      );
    }
    await first.close();
    expect(await second.read((session) => session.number(rows))).toBe(40);
    await second.close();
    const again = await openDatabase(file);
    expect(await again.read((session) => session.number(rows))).toBe(40);
    await again.close();
  }));

test('statements that are asked for at once run one after the other', () =>
  withFolder(async (folder) => {
    const db = await openDatabase(path.join(folder, 'data.duckdb'));
    const sums = await db.read((session) =>
      Promise.all(Array.from({ length: 30 }, (_, i) => session.number(`SELECT ${i} + sum(range) FROM range(1000)`))),
    );
    expect(sums).toEqual(Array.from({ length: 30 }, (_, i) => i + 499_500));
    await db.close();
  }));

test('work that fails leaves nothing, and the next work goes on', () =>
  withFolder(async (folder) => {
    const db = await openDatabase(path.join(folder, 'data.duckdb'));
    const failing = db.write(async (session) => {
      await session.run("INSERT INTO event_types VALUES ('view', 1)");
      throw new EngineError('cancelled', 'Stopped.');
    });
    await expect(failing).rejects.toMatchObject({ code: 'cancelled' });
    expect(await db.write((session) => session.number(rows))).toBe(0);
    await db.close();
    await expect(db.read((session) => session.number(rows))).rejects.toMatchObject({ code: 'conflict' });
  }));

test('a statement that is interrupted ends as cancelled', () =>
  withFolder(async (folder) => {
    const db = await openDatabase(path.join(folder, 'data.duckdb'));
    const long = db.write((session) =>
      session.number('SELECT count(*) FROM range(100000000) a, range(1000) b WHERE a.range % 7 = b.range % 5'),
    );
    const stopped = expect(long).rejects.toMatchObject({ code: 'cancelled' });
    const timer = setInterval(() => void db.interrupt(), 20);
    await stopped;
    clearInterval(timer);
    await db.close();
  }));

test('a file that is no database is called damaged, and named', () =>
  withFolder(async (folder) => {
    const file = path.join(folder, 'data.duckdb');
    await writeFile(file, 'not a database, but long enough to be looked at'.repeat(300));
    await expect(openDatabase(file)).rejects.toMatchObject({ code: 'workspace_damaged', details: { file } });
    await expect(openDatabase(path.join(folder, 'nowhere', 'data.duckdb'))).rejects.toMatchObject({ code: 'unreadable_file' });
  }));

test('a database of a newer version is refused and not touched', () =>
  withFolder(async (folder) => {
    const file = path.join(folder, 'data.duckdb');
    const db = await openDatabase(file);
    await db.write((session) => session.run('UPDATE schema_version SET version = 999'));
    await db.close();
    await expect(openDatabase(file)).rejects.toMatchObject({ code: 'unsupported', details: { version: 999 } });
  }));

test('what was committed survives a copy of the file and its write-ahead log', () =>
  withFolder(async (folder) => {
    const file = path.join(folder, 'data.duckdb');
    const db = await openDatabase(file);
    await db.write((session) => session.run("INSERT INTO event_types VALUES ('view', 1)"));
    await copyFile(file, path.join(folder, 'copy.duckdb'));
    await copyFile(`${file}.wal`, path.join(folder, 'copy.duckdb.wal'));
    await db.close();
    const copy = await openDatabase(path.join(folder, 'copy.duckdb'));
    expect(await copy.read((session) => session.number(rows))).toBe(1);
    await copy.close();
  }));

test('another process that has the file is told of', () =>
  withFolder(async (folder) => {
    const file = path.join(folder, 'data.duckdb');
    const db = await openDatabase(file);
    await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'), 'junction');
    const script = `import('@duckdb/node-api').then(({ DuckDBInstance }) => DuckDBInstance.fromCache(process.argv[1])).catch((error) => console.log(error.message))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, file], { cwd: folder });
    expect(translateError(new Error(stdout), file)).toMatchObject({ code: 'workspace_locked' });
    await db.close();
  }));

test('a fatal error opens the database again for the next work', () =>
  withFolder(async (folder) => {
    const db = await openDatabase(path.join(folder, 'data.duckdb'));
    const before = await db.read(async (session) => session);
    const fatal = new Error('FATAL Error: Failed: database has been invalidated because of a previous fatal error.');
    expect(isFatal(fatal)).toBe(true);
    await db.write((session) => session.run("INSERT INTO event_types VALUES ('view', 1)"));
    const waiting = db.read((session) => session.number(rows));
    await expect(db.write(() => Promise.reject(fatal))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await waiting).toBe(1);
    expect(await db.read(async (session) => session)).not.toBe(before);
    expect(await db.write((session) => session.number(rows))).toBe(1);
    await db.close();
  }));
