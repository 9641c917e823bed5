import { contentOf, timeUnit } from './content.ts';
import { incoming } from './incoming.ts';
import { brokenColumn, relationOf } from './relation.ts';
import type { Parameters, Session } from './session.ts';
import type { Source } from './source.ts';
import { quoteName, quoteText } from './sql.ts';
import { timeFormats } from './time-format.ts';

/** Interactions without a type of their own: ratings where they have a rating, else views. */
export function typeWithout(source: Pick<Source, 'defaultType' | 'mapping'>): string {
  if (source.defaultType !== undefined) return source.defaultType;
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
  if (source.reading.timeColumns?.includes(name)) return { type: 'TIMESTAMP', sql: `make_timestamp(epoch_us(${column}))` };
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
  const local = (sql: string): string =>
    source.timeZone === undefined ? sql : `make_timestamp(epoch_us(timezone(${quoteText(source.timeZone)}, ${sql})))`;
  const formats = contentOf(cells) === 'time' ? null : timeFormats(cells);
  if (formats !== null) return { type: 'VARCHAR', sql: local(`try_strptime(trim(${column}), [${formats.map(quoteText).join(', ')}])`) };
  // A plain cast drops the offset of a time zone, one with a zone is slow: only texts that may have an offset take it.
  const zoned = `make_timestamp(epoch_us(TRY_CAST(${column} AS TIMESTAMPTZ)))`;
  const plain = `TRY_CAST(${column} AS TIMESTAMP)`;
  const utc = `ends_with(${column}, 'Z')`;
  const mayHaveOffset = `length(${column}) > 19 AND NOT ${utc}`;
  if (source.timeZone === undefined) return { type: 'VARCHAR', sql: `CASE WHEN ${mayHaveOffset} THEN ${zoned} ELSE ${plain} END` };
  const offset = `regexp_matches(${column}, '([+-][0-9]{2}(:?[0-9]{2})?| ?UTC)$')`;
  return {
    type: 'VARCHAR',
    sql: `CASE WHEN ${utc} THEN ${plain} WHEN ${mayHaveOffset} AND ${offset} THEN ${zoned} ELSE ${local(plain)} END`,
  };
}

/** Of more columns without a role the rest is left out: each takes memory for every row that is read at once. */
export const mostContext = 500;

/** Columns that have no role: they stay with the interaction as JSON. */
function contextOf(source: Source): string {
  const { context, ...taken } = source.mapping;
  const used = new Set(Object.values(taken));
  const extra = source.columns.filter((column) => !used.has(column.name) && column.name !== context).slice(0, mostContext);
  const given = context === undefined ? 'NULL' : `nullif(CAST(${quoteName(context)} AS VARCHAR), '')`;
  if (extra.length === 0) return given;
  const members = extra.map((column) => `${quoteText(column.name)}, ${quoteName(column.name)}`);
  const object = `CAST(json_object(${members.join(', ')}) AS VARCHAR)`;
  return context === undefined ? object : `coalesce(${given}, ${object})`;
}

/**
 * Reads a source to the end of a table of interactions, `import_incoming` where no other is named, in the order of the file. A row that breaks a rule has no user there, and in its context
 * `column: reason`.
 */
export async function readInteractions(
  session: Session,
  source: Source,
  { importId, table = incoming, parameters }: { importId: number | null; table?: string; parameters?: Parameters },
): Promise<void> {
  const { mapping, reading } = source;
  const time = readTime(source);
  const types: Record<string, string> = {};
  if (time !== null && mapping.timestamp !== undefined) types[mapping.timestamp] = time.type;
  if (mapping.value !== undefined) types[mapping.value] = 'DOUBLE';
  const cell = (role: string): string => (mapping[role] === undefined ? 'NULL' : quoteName(mapping[role]));
  const text = (role: string): string => `nullif(CAST(${cell(role)} AS VARCHAR), '')`;
  // Cells that are read with a type are NULL where they were empty; those of JSON are text.
  const raw = (role: string): string => (reading.cells === 'text' ? text(role) : cell(role));
  const named = (role: string, reason: string): string => quoteText(`${mapping[role] ?? role}: ${reason}`);
  const rules = [
    ...(reading.cells === 'text' ? [`WHEN ${brokenColumn} IS NOT NULL THEN ': not a JSON object'`] : []),
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
  const broken = reading.cells === 'text' ? `, ${brokenColumn}` : '';
  const good = (name: string): string => `CASE WHEN problem IS NULL THEN ${name} ELSE '' END`;
  await session.run(
    `INSERT INTO ${table}
    SELECT event_id, ${good('user_id')}, ${good('item_id')}, event_type, value, moment, session_id, coalesce(problem, context), ${importId}
    FROM (SELECT *, CASE ${rules.join(' ')} END AS problem
      FROM (SELECT ${text('event')} AS event_id, ${text('user')} AS user_id, ${text('item')} AS item_id,
          coalesce(${text('type')}, ${quoteText(typeWithout(source))}) AS event_type, ${raw('value')} AS raw_value, TRY_CAST(${raw('value')} AS DOUBLE) AS value,
          ${raw('timestamp')} AS raw_time, ${time?.sql ?? 'CAST(NULL AS TIMESTAMP)'} AS moment, ${text('session')} AS session_id, ${contextOf(source)} AS context${broken}
        FROM ${relationOf(source, types)}))`,
    parameters,
  );
}
