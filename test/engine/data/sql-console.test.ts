import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { EngineError } from '#contract/errors';
import { chartOf } from '../../../engine/data/console/sql-chart.ts';
import { SqlConsole } from '../../../engine/data/console/sql-console.ts';
import { exportResult } from '../../../engine/data/console/sql-export.ts';
import { tablesForCompletion } from '../../../engine/data/console/sql-tables.ts';
import { type Desk, quiet, withDatabase } from './helpers.ts';

async function withConsole<T>(use: (sql: SqlConsole, desk: Desk) => Promise<T>): Promise<T> {
  return withDatabase(async (desk) => {
    await desk.import(await desk.put('e.csv', 'user_id,item_id,event_type,value\nu1,i1,view,1\nu2,i1,like,2.5\nu2,i2,view,\n'));
    const sql = new SqlConsole(desk.db);
    try {
      return await use(sql, desk);
    } finally {
      await sql.end();
    }
  });
}

async function rowsOf(sql: SqlConsole, text: string, view = {}): Promise<unknown[][]> {
  const outcome = await sql.run(text, false);
  if (outcome.kind !== 'rows') throw new Error('no rows');
  return (await sql.window(outcome.id, view, 0, 100)).rows;
}

test('what reads gives its rows, whatever it is', () =>
  withConsole(async (sql) => {
    expect(await rowsOf(sql, 'SELECT user_id, value FROM interactions ORDER BY value DESC NULLS LAST;')).toEqual([
      ['u2', 2.5],
      ['u1', 1],
      ['u2', null],
    ]);
    expect(await rowsOf(sql, 'FROM interactions SELECT count(*) -- how many')).toEqual([['3']]);
    expect(await rowsOf(sql, 'WITH t AS (SELECT 1 AS a) SELECT a, a, [a, 2], {b: a} FROM t')).toEqual([[1, 1, '[1,2]', '{"b":1}']]);
    expect(await rowsOf(sql, 'VALUES (1, NULL), (2, 3)')).toEqual([
      [1, null],
      [2, 3],
    ]);
    expect((await rowsOf(sql, 'DESCRIBE interactions'))[0]?.[0]).toBe('event_id');
    expect(await rowsOf(sql, 'SUMMARIZE interactions')).toHaveLength(9);
    expect((await rowsOf(sql, 'SHOW TABLES')).flat()).toContain('interactions');
    expect(await rowsOf(sql, 'SELECT x FROM range(3) r(x) JOIN (SELECT 2 AS y) ON x = y')).toEqual([['2']]);
    expect((await rowsOf(sql, 'EXPLAIN SELECT * FROM interactions')).flat().join(' ')).toMatch(/SEQ_SCAN/);
    expect(await rowsOf(sql, "SELECT table_name FROM information_schema.tables WHERE table_name = 'users'")).toEqual([['users']]);
  }));

test('a result is sorted and filtered in DuckDB, and what is asked of a column holds by its type', () =>
  withConsole(async (sql) => {
    const text = 'SELECT user_id, event_type, value FROM interactions';
    expect(await rowsOf(sql, text, { sort: { column: 'value', descending: true } })).toEqual([
      ['u2', 'like', 2.5],
      ['u1', 'view', 1],
      ['u2', 'view', null],
    ]);
    const filtered = (column: string, given: string) => rowsOf(sql, text, { filters: [{ column, text: given }] });
    expect(await filtered('event_type', 'VIE')).toHaveLength(2);
    expect(await filtered('value', '>= 2')).toEqual([['u2', 'like', 2.5]]);
    expect(await filtered('user_id', '= u1')).toEqual([['u1', 'view', 1]]);
    expect(await filtered('event_type', "' OR 1=1 --")).toEqual([]);
    await expect(filtered('value', '> many')).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(filtered('nothing', 'x')).rejects.toMatchObject({ message: 'The result has no column “nothing”.' });
  }));

test('what is wrong is said with its line and column', () =>
  withConsole(async (sql) => {
    const wrong = (text: string) =>
      sql.run(text, false).catch((error: EngineError) => [error.message, error.details?.line, error.details?.column]);
    expect(await wrong('SELECT user_id\nFROM interactions\nWHERE WHERE')).toEqual([
      expect.stringMatching(/syntax error at or near "WHERE" \(line 3, column 7\)/),
      3,
      7,
    ]);
    expect(await wrong('SELECT user_id,\n  nothing FROM interactions')).toEqual([
      expect.stringMatching(/"nothing" not found.*\(line 2, column 3\)/),
      2,
      3,
    ]);
    expect(await wrong("SELECT 'x'::INTEGER")).toEqual([
      expect.stringMatching(/^Could not convert string 'x' to INT32/),
      1,
      expect.anything(),
    ]);
    expect(await wrong('')).toEqual(['There is no statement.', undefined, undefined]);
  }));

test('ten million rows are looked at anywhere, and written whole', { timeout: 60_000 }, () =>
  withConsole(async (sql, { folder }) => {
    const outcome = await sql.run('SELECT range AS n, range % 7 AS m FROM range(10000000)', false);
    if (outcome.kind !== 'rows') throw new Error('no rows');
    expect(outcome.rows).toBe(10_000_000);
    const window = await sql.window(outcome.id, {}, 9_999_998, 200);
    expect(window).toEqual({
      rows: [
        ['9999998', '1'],
        ['9999999', '2'],
      ],
      offset: 9_999_998,
      total: 10_000_000,
    });
    const view = { filters: [{ column: 'n', text: '< 5' }], sort: { column: 'n', descending: true } };
    const file = path.join(folder, 'out.csv');
    expect(await exportResult(sql, { id: outcome.id, view, path: file }, quiet)).toMatchObject({ rows: 5 });
    expect(await readFile(file, 'utf8')).toBe('n,m\n4,4\n3,3\n2,2\n1,1\n0,0\n');
    await expect(exportResult(sql, { id: outcome.id, view, path: path.join(folder, 'out.xlsx') }, quiet)).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect((await readdir(folder)).filter((name) => name.includes('.tmp') && !name.startsWith('data'))).toEqual([]);
  }),
);

test('a statement that runs is stopped, and the next one runs', () =>
  withConsole(async (sql) => {
    const long = sql.run('SELECT count(*) FROM range(100000000000) a', false).catch((error: EngineError) => error.code);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await sql.cancel();
    expect(await long).toBe('cancelled');
    expect(await rowsOf(sql, 'SELECT 1')).toEqual([[1]]);
  }));

test('only the last results are kept', () =>
  withConsole(async (sql) => {
    const first = await sql.run('SELECT 1', false);
    for (let at = 0; at < 4; at++) await sql.run('SELECT 2', false);
    await expect(sql.window((first as { id: number }).id, {}, 0, 1)).rejects.toMatchObject({ code: 'not_found' });
  }));

test('plots sum up what is too much for them', () =>
  withConsole(async (sql) => {
    const outcome = (await sql.run('SELECT range::DOUBLE AS x, range * 2.0 AS y, range % 3 AS k FROM range(100000)', false)) as {
      id: number;
    };
    const draw = (kind: 'line' | 'bar' | 'scatter' | 'histogram', x: string, y?: string) =>
      chartOf(sql, { id: outcome.id, kind, x, ...(y ? { y } : {}), view: {} });
    const histogram = await draw('histogram', 'x');
    expect(histogram.points.reduce((sum, [, y]) => sum + (y ?? 0), 0)).toBe(100_000);
    expect((await draw('bar', 'k', 'y')).points).toHaveLength(3);
    expect((await draw('line', 'x', 'y')).points.every(([x, y]) => Math.abs((y as number) - 2 * (x as number)) < 2000)).toBe(true);
    expect((await draw('scatter', 'x', 'y')).points).toHaveLength(2000);
    await expect(draw('bar', 'k', 'nothing')).rejects.toMatchObject({ code: 'invalid_input' });
  }));

test('completion knows tables and functions', () =>
  withConsole(async (_, { db }) => {
    const { tables, functions } = await tablesForCompletion(db);
    expect(tables.slice(0, 3).map(({ name }) => name)).toEqual(['interactions', 'users', 'items']);
    expect(tables[0]?.columns.map(({ name }) => name)).toContain('timestamp');
    expect(functions).toContain('date_trunc');
  }));

/** Statements that reach for files, the network, settings, other databases, or change what is locked. CANARY stands for a file that is there. */
const attacks = [
  "SELECT * FROM read_csv('CANARY')",
  "SELECT * FROM read_csv_auto('CANARY')",
  "SELECT * FROM read_text('CANARY')",
  "SELECT * FROM read_blob('CANARY')",
  "SELECT * FROM read_json('CANARY')",
  "SELECT * FROM read_parquet('CANARY')",
  "SELECT * FROM parquet_metadata('CANARY')",
  "SELECT * FROM sniff_csv('CANARY')",
  "SELECT * FROM glob('/*')",
  "SELECT * FROM 'CANARY'",
  'SELECT * FROM "CANARY"',
  "FROM 'CANARY'",
  "TABLE 'CANARY'",
  "DESCRIBE 'CANARY'",
  "SUMMARIZE 'CANARY'",
  "DESCRIBE SELECT * FROM read_csv('CANARY')",
  "SELECT (SELECT max(c) FROM read_text('CANARY') t(c))",
  "SELECT * FROM interactions WHERE user_id IN (SELECT content FROM read_text('CANARY'))",
  "SELECT * FROM interactions JOIN 'CANARY' ON true",
  "SELECT 1 UNION ALL SELECT content FROM read_text('CANARY')",
  "WITH t AS (FROM read_text('CANARY')) SELECT 1",
  "WITH t AS MATERIALIZED (SELECT * FROM 'CANARY') SELECT * FROM t",
  'SELECT * FROM (WITH "CANARY" AS (SELECT 1) SELECT 1) a, \'CANARY\'',
  'WITH "CANARY" AS (SELECT 1) SELECT * FROM "CANARY"',
  "SELECT * FROM query('SELECT * FROM read_text(''CANARY'')')",
  "SELECT * FROM query_table(['CANARY'])",
  "SELECT json_serialize_plan('SELECT * FROM read_csv(''CANARY'')')",
  "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  "SELECT getenv('HOME')",
  "SELECT current_setting('temp_directory')",
  'SELECT * FROM duckdb_settings()',
  'SELECT * FROM duckdb_secrets()',
  'SELECT * FROM pragma_database_list()',
  "SELECT * FROM 'https://example.invalid/x.csv'",
  "SELECT * FROM read_csv('https://example.invalid/x.csv')",
  'SELECT * FROM other.main.t',
  'SELECT * FROM temp.main.result_1',
  'SELECT * FROM pg_catalog.pg_settings',
  "SELECT list_transform(['CANARY'], lambda x: (SELECT content FROM read_text(x)))",
  'PIVOT interactions ON event_type',
  "SELECT 1; SELECT * FROM read_text('CANARY')",
  "SELECT 1 /* ; */; COPY interactions TO 'FOLDER/stolen.csv'",
  "SELECT 1) TO 'FOLDER/stolen.csv'; --",
  "SELECT 1 FROM interactions LIMIT (SELECT count(*) FROM 'CANARY')",
  "SELECT * FROM interactions ORDER BY (SELECT count(*) FROM read_text('CANARY'))",
  "SELECT count(*) FILTER (WHERE EXISTS (FROM read_text('CANARY'))) FROM interactions",
  "EXPLAIN ANALYZE SELECT * FROM read_text('CANARY')",
  "EXPLAIN ANALYZE COPY interactions TO 'FOLDER/stolen.csv'",
  "COPY interactions TO 'FOLDER/stolen.csv'",
  "COPY (SELECT 1) TO 'FOLDER/stolen.parquet'",
  "COPY interactions FROM 'CANARY'",
  "EXPORT DATABASE 'FOLDER/stolen'",
  "IMPORT DATABASE 'FOLDER'",
  "ATTACH 'FOLDER/stolen.duckdb'",
  "ATTACH 'CANARY' AS other",
  'USE temp',
  'INSTALL httpfs',
  "LOAD 'CANARY'",
  "SET temp_directory = 'FOLDER'",
  'PRAGMA database_list',
  "CALL read_text('CANARY')",
  'CHECKPOINT',
  'VACUUM',
  "CREATE TABLE t AS SELECT * FROM read_text('CANARY')",
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  "PREPARE p AS SELECT * FROM read_text('CANARY')",
  "CREATE MACRO m() AS TABLE SELECT * FROM read_text('CANARY')",
  "CREATE SECRET s (TYPE s3, KEY_ID 'x')",
  "SELECT * FROM interactions AT (VERSION => 1), 'CANARY'",
  "SELECT write_log('CANARY')",
];

/** What an unlocked console still refuses. */
const unlockedAttacks = [
  "INSERT INTO interactions SELECT * FROM read_csv('CANARY')",
  "INSERT INTO interactions (user_id) SELECT content FROM 'CANARY'",
  "UPDATE interactions SET user_id = (SELECT content FROM read_text('CANARY'))",
  "UPDATE interactions SET user_id = 'x' WHERE EXISTS (FROM 'CANARY')",
  "UPDATE interactions SET user_id = 'x' FROM 'CANARY'",
  "DELETE FROM interactions WHERE user_id IN (SELECT content FROM read_text('CANARY'))",
  "DELETE FROM interactions USING 'CANARY' WHERE true",
  "CREATE TABLE t AS SELECT * FROM 'CANARY'",
  "CREATE VIEW v AS SELECT * FROM read_text('CANARY')",
  "CREATE OR REPLACE VIEW v AS FROM 'CANARY'",
  'CREATE TABLE "CANARY" AS SELECT 1',
  "DELETE FROM interactions; COPY interactions TO 'FOLDER/stolen.csv'",
  "UPDATE interactions SET user_id = 'a'; ATTACH 'FOLDER/stolen.duckdb'",
  "DROP TABLE t; COPY interactions TO 'FOLDER/stolen.csv'",
  'DROP TABLE interactions',
  'DROP TABLE imports',
  'DELETE FROM imports',
  'UPDATE schema_version SET version = 99',
  'INSERT INTO event_log_position VALUES (9, 9, 9)',
  'CREATE OR REPLACE TABLE interactions AS SELECT 1',
  'CREATE TABLE undo_1 AS SELECT 1',
  'ALTER TABLE interactions ADD COLUMN x INTEGER',
  "/* x */ COPY interactions TO 'FOLDER/stolen.csv'",
  "INSERT INTO interactions SELECT * FROM interactions RETURNING (SELECT content FROM read_text('CANARY'))",
  "INSERT INTO interactions BY NAME SELECT content AS user_id FROM read_text('CANARY')",
  "INSERT INTO interactions VALUES ((SELECT content FROM read_text('CANARY')))",
  "WITH t AS (SELECT content FROM read_text('CANARY')) INSERT INTO interactions SELECT * FROM t",
];

describe('nothing reaches beyond the workspace', () => {
  const attempt = (text: string, unlocked: boolean): Promise<void> =>
    withConsole(async (sql, { db, folder }) => {
      const inside = path.join(folder, 'inside');
      await mkdir(inside);
      const canary = path.join(inside, 'canary.csv');
      await writeFile(canary, 'secret_of_the_canary\n1\n');
      const before = await db.read((session) => session.rows('SELECT * FROM interactions ORDER BY ALL'));
      const outcome = await sql
        .run(text.replaceAll('CANARY', canary).replaceAll('FOLDER', inside), unlocked)
        .catch((error: unknown) => error);
      expect(outcome).toBeInstanceOf(EngineError);
      expect((outcome as Error).message).not.toContain('secret_of_the_canary');
      expect(await readdir(inside)).toEqual(['canary.csv']);
      expect(await db.read((session) => session.rows('SELECT * FROM interactions ORDER BY ALL'))).toEqual(before);
      // Refused before DuckDB looked at it: nothing was attached, set or made.
      expect(await db.read((session) => session.number('SELECT count(*) FROM duckdb_databases() WHERE NOT internal'))).toBe(1);
    });
  test.each(attacks)('locked: %s', (text) => attempt(text, false));
  test.each([...attacks.filter((text) => !/^CREATE TABLE/.test(text)), ...unlockedAttacks])('unlocked: %s', (text) => attempt(text, true));
});

test('an unlocked console changes rows and makes tables, and a locked one does not', () =>
  withConsole(async (sql) => {
    await expect(sql.run("UPDATE interactions SET value = 9 WHERE user_id = 'u1'", false)).rejects.toMatchObject({
      message: expect.stringContaining('locked'),
    });
    expect(await sql.run("UPDATE interactions SET value = 9 WHERE user_id = 'u1'", true)).toMatchObject({
      kind: 'done',
      label: 'UPDATE interactions',
      changed: 1,
    });
    expect(await sql.run("DELETE FROM interactions WHERE event_type = 'like'", true)).toMatchObject({ changed: 1 });
    expect(await sql.run('CREATE TABLE mine AS SELECT user_id FROM interactions', true)).toMatchObject({ label: 'CREATE TABLE mine' });
    expect(await sql.run('CREATE VIEW seen AS SELECT * FROM mine', true)).toMatchObject({ label: 'CREATE VIEW seen' });
    expect(await rowsOf(sql, 'SELECT * FROM seen ORDER BY 1')).toEqual([['u1'], ['u2']]);
    await sql.run('DROP VIEW seen', true);
    await sql.run('DROP TABLE mine', true);
    await expect(rowsOf(sql, 'SELECT * FROM mine')).rejects.toMatchObject({ message: 'There is no table “mine” in this workspace.' });
    expect(await sql.run("INSERT INTO interactions (user_id, item_id, event_type) VALUES ('u9', 'i9', 'view')", true)).toMatchObject({
      changed: 1,
    });
    expect(await rowsOf(sql, "SELECT value FROM interactions WHERE user_id = 'u1'")).toEqual([[9]]);
  }));
