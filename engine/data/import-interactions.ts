import { contentOf, timeUnit } from './content.ts';
import { brokenColumn, relationOf } from './relation.ts';
import type { Session } from './session.ts';
import type { Source } from './source.ts';
import { quoteName, quoteText } from './sql.ts';

/** Interactions without a type of their own: ratings where they have a rating, else views. */
function defaultType(source: Source): string {
  return /^(rating|ratings|stars|score|overall)$/i.test(source.mapping.value ?? '') ? 'rating' : 'view';
}

/** 1970 to 2100, in microseconds: what is outside is a mistake in the file. */
const lastMoment = "TIMESTAMP '2100-12-31 23:59:59'";
const firstMoment = "TIMESTAMP '1970-01-01'";

interface TimeReading {
  type: string;
  /** The TIMESTAMP in UTC, NULL where the cell holds none. */
  sql: string;
}

function readTime(source: Source): TimeReading | null {
  const name = source.mapping.timestamp;
  if (name === undefined) return null;
  const column = quoteName(name);
  if (source.reading.kind === 'parquet' && source.reading.timeColumns.includes(name))
    return { type: 'TIMESTAMP', sql: `make_timestamp(epoch_us(${column}))` };
  const index = source.columns.findIndex((candidate) => candidate.name === name);
  const cells = source.sample.map((row) => row[index] ?? null);
  if (contentOf(cells) === 'number') {
    const perSecond = timeUnit(cells)?.perSecond ?? 1;
    const number = `TRY_CAST(${column} AS DOUBLE)`;
    const limit = 4_133_980_799 * perSecond;
    return {
      type: 'DOUBLE',
      sql: `CASE WHEN ${number} >= 0 AND ${number} <= ${limit} THEN make_timestamp(CAST(${number} * ${1e6 / perSecond} AS BIGINT)) END`,
    };
  }
  // A plain cast drops the offset of a time zone, one with a zone is slow: only texts that may have an offset take it.
  const zoned = `make_timestamp(epoch_us(TRY_CAST(${column} AS TIMESTAMPTZ)))`;
  return {
    type: 'VARCHAR',
    sql: `CASE WHEN length(${column}) > 19 AND NOT ends_with(${column}, 'Z') THEN ${zoned} ELSE TRY_CAST(${column} AS TIMESTAMP) END`,
  };
}

/** Columns that have no role: they stay with the interaction as JSON. */
function contextOf(source: Source): string {
  const { context, ...taken } = source.mapping;
  const used = new Set(Object.values(taken));
  const extra = source.columns.filter((column) => !used.has(column.name) && column.name !== context);
  const given = context === undefined ? 'NULL' : `nullif(CAST(${quoteName(context)} AS VARCHAR), '')`;
  if (extra.length === 0) return given;
  const members = extra.map((column) => `${quoteText(column.name)}, ${quoteName(column.name)}`);
  const object = `CAST(json_object(${members.join(', ')}) AS VARCHAR)`;
  return context === undefined ? object : `coalesce(${given}, ${object})`;
}

/**
 * Reads a source into the temporary table `staged`, in the order of the file: what will be stored, and `problem`, which says
 * `column: reason` of rows that break a rule.
 */
export async function stageInteractions(session: Session, source: Source): Promise<void> {
  const { mapping } = source;
  const time = readTime(source);
  const types: Record<string, string> = {};
  if (time !== null && mapping.timestamp !== undefined) types[mapping.timestamp] = time.type;
  if (mapping.value !== undefined) types[mapping.value] = 'DOUBLE';
  const cell = (role: string): string => (mapping[role] === undefined ? 'NULL' : quoteName(mapping[role]));
  const text = (role: string): string => `nullif(CAST(${cell(role)} AS VARCHAR), '')`;
  // Cells of a typed reading are NULL where they were empty; those of JSON are text.
  const raw = (role: string): string => (source.reading.kind === 'jsonl' ? text(role) : cell(role));
  const named = (role: string, reason: string): string => quoteText(`${mapping[role] ?? role}: ${reason}`);
  const rules = [
    ...(source.reading.kind === 'jsonl' ? [`WHEN ${brokenColumn} IS NOT NULL THEN ': not a JSON object'`] : []),
    `WHEN user_id IS NULL THEN ${named('user', 'the user is missing')}`,
    `WHEN item_id IS NULL THEN ${named('item', 'the item is missing')}`,
    ...(mapping.value === undefined
      ? []
      : [
          `WHEN raw_value IS NOT NULL AND value IS NULL THEN ${named('value', 'not a number')}`,
          `WHEN NOT isfinite(value) THEN ${named('value', 'not a finite number')}`,
        ]),
    ...(time === null
      ? []
      : [
          `WHEN raw_time IS NOT NULL AND moment IS NULL THEN ${named('timestamp', 'no time between 1970 and 2100 can be read from it')}`,
          `WHEN moment < ${firstMoment} OR moment > ${lastMoment} THEN ${named('timestamp', 'the time is not between 1970 and 2100')}`,
        ]),
  ];
  const broken = source.reading.kind === 'jsonl' ? `, ${brokenColumn}` : '';
  await session.run(`CREATE OR REPLACE TEMP TABLE staged AS
    SELECT event_id, user_id, item_id, event_type, value, moment AS timestamp, session_id, context, CASE ${rules.join(' ')} END AS problem
    FROM (SELECT ${text('event')} AS event_id, ${text('user')} AS user_id, ${text('item')} AS item_id,
        coalesce(${text('type')}, ${quoteText(defaultType(source))}) AS event_type, ${raw('value')} AS raw_value, TRY_CAST(${raw('value')} AS DOUBLE) AS value,
        ${raw('timestamp')} AS raw_time, ${time?.sql ?? 'CAST(NULL AS TIMESTAMP)'} AS moment, ${text('session')} AS session_id, ${contextOf(source)} AS context${broken}
      FROM ${relationOf(source, types)})`);
}

/** What makes two interactions the same: the event id where there is one, else all that they say. */
const identity = 'event_id, user_id, item_id, event_type, timestamp, value, session_id';
const contentColumns = ['user_id', 'item_id', 'event_type', 'timestamp', 'value', 'session_id'];

/**
 * Moves the good rows of `staged` into `interactions`, each once: of good rows that are the same the first. Gives how many were accepted and how many were there
 * already.
 */
export async function storeInteractions(session: Session, importId: number): Promise<{ accepted: number; duplicates: number }> {
  const before = await session.number('SELECT count(*) FROM interactions');
  const good = await session.number('SELECT count(*) FROM staged WHERE problem IS NULL');
  const repeats = await findRepeats(session);
  const sameContent = contentColumns.map((name) => `stored.${name} IS NOT DISTINCT FROM fresh.${name}`).join(' AND ');
  const unknown =
    before === 0
      ? ''
      : `AND (fresh.event_id IS NULL OR NOT EXISTS (SELECT 1 FROM interactions stored WHERE stored.event_id = fresh.event_id))
         AND (fresh.event_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM interactions stored WHERE stored.event_id IS NULL AND ${sameContent}))`;
  await session.run(
    `INSERT INTO interactions SELECT event_id, user_id, item_id, event_type, value, timestamp, session_id, context, ${importId}
     FROM staged fresh WHERE problem IS NULL ${repeats ? 'AND rowid NOT IN (SELECT place FROM repeats)' : ''} ${unknown}`,
  );
  if (repeats) await session.run('DROP TABLE repeats');
  const accepted = (await session.number('SELECT count(*) FROM interactions')) - before;
  return { accepted, duplicates: good - accepted };
}

/**
 * Puts the good rows that stand in `staged` before into the temporary table `repeats`, by their place; false where there are none. Only rows whose hashes meet are
 * compared: grouping by hash takes a third of the time of grouping by what is hashed.
 */
async function findRepeats(session: Session): Promise<boolean> {
  const hashed = `CASE WHEN event_id IS NULL THEN hash(${identity}) ELSE hash(event_id) END`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE meeting AS SELECT ${hashed} AS hashed FROM staged WHERE problem IS NULL GROUP BY hashed HAVING count(*) > 1`,
  );
  const met = await session.number('SELECT count(*) FROM meeting');
  if (met > 0) {
    const content = contentColumns.map((name) => `CASE WHEN event_id IS NULL THEN ${name} END`);
    await session.run(
      `CREATE OR REPLACE TEMP TABLE repeats AS SELECT place
       FROM (SELECT rowid AS place, * FROM staged WHERE problem IS NULL AND ${hashed} IN (SELECT hashed FROM meeting))
       QUALIFY row_number() OVER (PARTITION BY event_id, ${content.join(', ')} ORDER BY place) > 1`,
    );
  }
  await session.run('DROP TABLE meeting');
  return met > 0;
}
