import { EngineError } from '#contract/errors';
import type { QualityFix } from '#contract/quality';
import type { WorkContext } from '../../jobs/work-context.ts';
import type { Database } from '../database.ts';
import type { Row, Session } from '../session.ts';
import { quoteName, quoteText } from '../sql.ts';
import { watched } from '../watched.ts';
import type { AttributeFix, RowFix } from './check.ts';
import { checks } from './checks.ts';

const columns = ['event_id', 'user_id', 'item_id', 'event_type', 'value', 'timestamp', 'session_id', 'context', 'import_id'];

interface FixRow extends Row {
  fix_id: number;
  check_id: string;
  label: string;
  row_count: bigint;
  made_at: Date;
  detail: string | null;
}

/** Mends what a check finds now. What was there is kept, so that it can be taken back. Throws `not_found`, or `conflict` where there is nothing to mend. */
export async function applyFix(db: Database, checkId: string, ctx: WorkContext): Promise<{ id: number; rows: number }> {
  const check = checks.find(({ id }) => id === checkId);
  if (!check)
    throw new EngineError('not_found', `There is no check “${checkId}”. The checks are ${checks.map(({ id }) => id).join(', ')}.`, {
      check: checkId,
    });
  return db.write(async (session) => {
    const { fix, count } = await watched(session, ctx, 'Looking once more', () => check.find(session));
    if (!fix) {
      throw new EngineError(
        'conflict',
        count === 0 ? `There is nothing to mend any more: ${check.title.toLowerCase()}.` : `This is for you to decide: ${check.advice}`,
        { check: checkId },
      );
    }
    const id = await session.number('SELECT coalesce(max(fix_id), 0) + 1 FROM quality_fixes');
    const work = () => (fix.kind === 'rows' ? fixRows(session, id, fix) : fixAttribute(session, id, fix));
    const rows = await watched(session, ctx, 'Mending', work);
    await session.run("INSERT INTO quality_fixes VALUES ($1, $2, $3, $4, now() AT TIME ZONE 'UTC', $5)", [
      ...[id, checkId, `${check.title}: ${fix.label.toLowerCase()}`, rows],
      fix.kind === 'attribute' ? JSON.stringify(fix) : null,
    ]);
    return { id, rows };
  });
}

async function fixRows(session: Session, id: number, { places, change, prepare = [] }: RowFix): Promise<number> {
  for (const sql of prepare) await session.run(sql);
  await session.run(`CREATE OR REPLACE TEMP TABLE touched AS SELECT rowid AS place, * FROM interactions WHERE rowid IN (${places})`);
  const rows = await session.number('SELECT count(*) FROM touched');
  await session.run(`INSERT INTO quality_before SELECT ${id}, place, ${columns.join(', ')} FROM touched ORDER BY place`);
  if (change === undefined) await session.run('DELETE FROM interactions WHERE rowid IN (SELECT place FROM touched)');
  else {
    const changed = columns.map((name) => (change as Record<string, string>)[name] ?? name);
    await session.run(`INSERT INTO quality_after SELECT ${id}, place, ${changed.join(', ')} FROM touched ORDER BY place`);
    const names = Object.keys(change);
    await session.run(
      `UPDATE interactions SET ${names.map((name) => `${name} = q.${name}`).join(', ')} FROM quality_after q WHERE q.fix_id = ${id} AND q.place = interactions.rowid`,
    );
  }
  await session.run('DROP TABLE touched');
  return rows;
}

const keptColumn = (id: number): string => `undo_attribute_${id}`;

async function fixAttribute(session: Session, id: number, { entity, name }: AttributeFix): Promise<number> {
  const own = entity === 'users' ? 'user_id' : 'item_id';
  await session.run(
    `CREATE TABLE ${keptColumn(id)} AS SELECT ${own} AS id, ${quoteName(name)} AS value FROM ${entity} WHERE ${quoteName(name)} IS NOT NULL`,
  );
  await session.run(
    `CREATE TABLE ${keptColumn(id)}_kind AS SELECT kind, (SELECT data_type FROM duckdb_columns() WHERE table_name = ${quoteText(entity)} AND column_name = ${quoteText(name)} AND database_name = current_database()) AS type
     FROM attributes WHERE entity = ${quoteText(entity)} AND name = ${quoteText(name)}`,
  );
  await session.run(`ALTER TABLE ${entity} DROP COLUMN ${quoteName(name)}`);
  await session.run('DELETE FROM attributes WHERE entity = $1 AND name = $2', [entity, name]);
  return session.number(`SELECT count(*) FROM ${keptColumn(id)}`);
}

/** What was mended, newest first. */
export function listFixes(db: Database): Promise<QualityFix[]> {
  return db.read(async (session) => {
    const rows = await session.rows<FixRow>('SELECT * FROM quality_fixes ORDER BY fix_id DESC');
    const last = rows[0]?.fix_id;
    return rows.map((row) => ({
      id: row.fix_id,
      check: row.check_id,
      label: row.label,
      rows: Number(row.row_count),
      madeAt: row.made_at.toISOString(),
      undo: row.fix_id === last ? true : 'A later fix builds on it: take that back first.',
    }));
  });
}

/** Takes the last fix back: rows that were taken out come again, rows that were changed are as before. Throws `conflict` for an earlier one. */
export function undoFix(db: Database, id: number): Promise<{ id: number; rows: number }> {
  return db.write(async (session) => {
    const [row] = await session.rows<FixRow>('SELECT * FROM quality_fixes ORDER BY fix_id DESC LIMIT 1');
    if (!row || (await session.number('SELECT count(*) FROM quality_fixes WHERE fix_id = $1', [id])) === 0)
      throw new EngineError('not_found', `There is no fix ${id}. It may have been taken back.`, { fix: id });
    if (row.fix_id !== id)
      throw new EngineError('conflict', `Fix ${row.fix_id} came later and builds on it: take that back first.`, {
        fix: id,
        later: row.fix_id,
      });
    const rows =
      row.detail === null ? await undoRows(session, id) : await undoAttribute(session, id, JSON.parse(row.detail) as AttributeFix);
    for (const table of ['quality_before', 'quality_after', 'quality_fixes'])
      await session.run(`DELETE FROM ${table} WHERE fix_id = ${id}`);
    return { id, rows };
  });
}

/** Rows are found again by what they became: row ids do not outlast a clearing of the file. Of equal ones as many as there were. */
async function undoRows(session: Session, id: number): Promise<number> {
  const changed = await session.number(`SELECT count(*) FROM quality_after WHERE fix_id = ${id}`);
  if (changed === 0) {
    await session.run(`INSERT INTO interactions SELECT ${columns.join(', ')} FROM quality_before WHERE fix_id = ${id} ORDER BY place`);
    return session.number(`SELECT count(*) FROM quality_before WHERE fix_id = ${id}`);
  }
  const same = columns.map((name) => `i.${name} IS NOT DISTINCT FROM q.${name}`).join(' AND ');
  await session.run(
    `CREATE OR REPLACE TEMP TABLE matched AS SELECT i.rowid AS place, q.place AS was
     FROM (SELECT rowid, *, hash(${columns.join(', ')}) AS h, row_number() OVER (PARTITION BY ${columns.join(', ')} ORDER BY rowid) AS number FROM interactions
       WHERE hash(${columns.join(', ')}) IN (SELECT hash(${columns.join(', ')}) FROM quality_after WHERE fix_id = ${id})) i
     JOIN (SELECT *, hash(${columns.join(', ')}) AS h, row_number() OVER (PARTITION BY ${columns.join(', ')} ORDER BY place) AS number FROM quality_after WHERE fix_id = ${id}) q
     ON i.h = q.h AND i.number = q.number AND ${same}`,
  );
  await session.run(
    `UPDATE interactions SET user_id = b.user_id, item_id = b.item_id, timestamp = b.timestamp
     FROM (SELECT m.place AS now, q.user_id, q.item_id, q.timestamp FROM matched m JOIN quality_before q ON q.fix_id = ${id} AND q.place = m.was) b WHERE b.now = interactions.rowid`,
  );
  const rows = await session.number('SELECT count(*) FROM matched');
  await session.run('DROP TABLE matched');
  return rows;
}

async function undoAttribute(session: Session, id: number, { entity, name }: AttributeFix): Promise<number> {
  const own = entity === 'users' ? 'user_id' : 'item_id';
  const { kind, type } = await session.row<{ kind: string; type: string }>(`SELECT kind, type FROM ${keptColumn(id)}_kind`);
  const there = await session.number(
    `SELECT count(*) FROM duckdb_columns() WHERE table_name = ${quoteText(entity)} AND column_name = ${quoteText(name)} AND database_name = current_database()`,
  );
  if (there > 0)
    throw new EngineError('conflict', `The ${entity} have an attribute ${name} again, from a later import. It stays as it is.`, {
      attribute: name,
    });
  await session.run(`ALTER TABLE ${entity} ADD COLUMN ${quoteName(name)} ${type}`);
  await session.run(`UPDATE ${entity} SET ${quoteName(name)} = k.value FROM ${keptColumn(id)} k WHERE k.id = ${entity}.${own}`);
  await session.run('INSERT INTO attributes VALUES ($1, $2, $3)', [entity, name, kind]);
  const rows = await session.number(`SELECT count(*) FROM ${keptColumn(id)}`);
  await session.run(`DROP TABLE ${keptColumn(id)}`);
  await session.run(`DROP TABLE ${keptColumn(id)}_kind`);
  return rows;
}
