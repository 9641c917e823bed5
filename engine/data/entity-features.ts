import type { EntityFeatures } from '../math/arrays.ts';
import { readNumbers, readTexts } from './column-buffers.ts';
import { hashTexts } from './hash-words.ts';
import { storedKinds } from './import-entities.ts';
import { readListCodes } from './list-codes.ts';
import type { Session } from './session.ts';
import { quoteName } from './sql.ts';

/** More values than these say little about anybody and cost memory: the rarer ones count as missing. */
const largestVocabulary = 1000;
/** Up to so many values a column is a category whatever its counts; beyond, each must come twice and half of the rows must share theirs. */
const smallVocabulary = 20;

/** Rows with their attributes. */
function fromOf(entity: 'users' | 'items'): string {
  const one = entity.slice(0, -1);
  return `${one}_rows r LEFT JOIN ${entity} e ON e.${one}_id = r.id`;
}
/** Words of a text share so many rows, by their hash. */
const textBuckets = 8192;

/**
 * The attributes of all users or items as arrays, by the rows of `user_rows` or `item_rows`. Timestamps are no features, and neither are categories that
 * are nearly different for everyone, such as post codes.
 */
export async function readFeatures(session: Session, entity: 'users' | 'items', rows: number): Promise<EntityFeatures> {
  const features: EntityFeatures = { rows, categories: [], lists: [], numbers: [] };
  const from = fromOf(entity);
  for (const [name, kind] of await storedKinds(session, entity)) {
    const column = `e.${quoteName(name)}`;
    if (kind === 'number') {
      const [values] = await readNumbers(session, `SELECT CAST(${column} AS FLOAT) FROM ${from} ORDER BY r.place`, [
        new Float32Array(rows),
      ]);
      if (values.some((value) => !Number.isNaN(value))) features.numbers.push({ name, values });
    } else if (kind === 'category') {
      const category = await readCategory(session, name, column, from, rows);
      if (category !== null) features.categories.push(category);
    } else if (kind === 'list') {
      const list = await readList(session, name, column, from, rows);
      if (list !== null) features.lists.push(list);
    } else if (kind === 'text') {
      const hashed = hashTexts(await readTexts(session, `SELECT ${column} FROM ${from} ORDER BY r.place`), textBuckets);
      if (hashed.codes.length > 0) features.texts = [...(features.texts ?? []), { name, buckets: textBuckets, ...hashed }];
    } else if (kind === 'vector') {
      const vectors = await readVectors(session, name, column, from, rows);
      if (vectors !== null) features.vectors = [...(features.vectors ?? []), vectors];
    }
  }
  return features;
}

/** An attribute that is a time, milliseconds since 1970 by row; NaN where it is missing. */
export interface EntityTimes {
  name: string;
  values: Float64Array;
}

/** The attributes that are times, by the rows of `user_rows` or `item_rows`. */
export async function readTimes(session: Session, entity: 'users' | 'items', rows: number): Promise<EntityTimes[]> {
  const from = fromOf(entity);
  const times: EntityTimes[] = [];
  for (const [name, kind] of await storedKinds(session, entity)) {
    if (kind !== 'timestamp') continue;
    const [values] = await readNumbers(session, `SELECT epoch_us(e.${quoteName(name)}) / 1e3 FROM ${from} ORDER BY r.place`, [
      new Float64Array(rows),
    ]);
    times.push({ name, values });
  }
  return times;
}

async function readCategory(
  session: Session,
  name: string,
  column: string,
  from: string,
  rows: number,
): Promise<EntityFeatures['categories'][number] | null> {
  const { present, different } = await session.row<{ present: number; different: number }>(
    `SELECT CAST(count(${column}) AS DOUBLE) AS present, CAST(count(DISTINCT ${column}) AS DOUBLE) AS different FROM ${from}`,
  );
  const large = different > smallVocabulary;
  if (different === 0 || (large && different > present / 2)) return null;
  await session.run(`CREATE OR REPLACE TEMP TABLE vocabulary AS SELECT v, CAST(row_number() OVER (ORDER BY n DESC, v) - 1 AS INTEGER) AS code
    FROM (SELECT ${column} AS v, count(*) AS n FROM ${from} WHERE ${column} IS NOT NULL GROUP BY 1) WHERE n >= ${large ? 2 : 1}
    QUALIFY row_number() OVER (ORDER BY n DESC, v) <= ${largestVocabulary}`);
  const vocabulary = await readTexts(session, 'SELECT v FROM vocabulary ORDER BY code');
  const [codes] = await readNumbers(session, `SELECT w.code FROM ${from} LEFT JOIN vocabulary w ON w.v = ${column} ORDER BY r.place`, [
    new Int32Array(rows),
  ]);
  return { name, vocabulary, codes };
}

async function readList(
  session: Session,
  name: string,
  column: string,
  from: string,
  rows: number,
): Promise<EntityFeatures['lists'][number] | null> {
  const members = `SELECT r.place, unnest(list_distinct(${column})) AS v FROM ${from}`;
  await session.run(`CREATE OR REPLACE TEMP TABLE vocabulary AS SELECT v, CAST(row_number() OVER (ORDER BY n DESC, v) - 1 AS INTEGER) AS code
    FROM (SELECT v, count(*) AS n FROM (${members}) GROUP BY v) WHERE n >= 2 QUALIFY row_number() OVER (ORDER BY n DESC, v) <= ${largestVocabulary}`);
  const vocabulary = await readTexts(session, 'SELECT v FROM vocabulary ORDER BY code');
  if (vocabulary.length === 0) return null;
  return { name, vocabulary, ...(await readListCodes(session, members, rows)) };
}

/** Supplied embeddings: of the length that most of them have; others, and what is missing, are zeros. */
async function readVectors(
  session: Session,
  name: string,
  column: string,
  from: string,
  rows: number,
): Promise<NonNullable<EntityFeatures['vectors']>[number] | null> {
  const columns = await session.number(
    `SELECT coalesce((SELECT len(${column}) FROM ${from} WHERE len(${column}) > 0 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1), 0)`,
  );
  if (columns === 0) return null;
  const present = `${from} WHERE len(${column}) = ${columns}`;
  const count = await session.number(`SELECT count(*) FROM ${present}`);
  const [places] = await readNumbers(session, `SELECT r.place FROM ${present} ORDER BY r.place`, [new Int32Array(count)]);
  const [members] = await readNumbers(session, `SELECT unnest(v) FROM (SELECT ${column} AS v FROM ${present} ORDER BY r.place)`, [
    new Float32Array(count * columns),
  ]);
  const values = new Float32Array(rows * columns);
  places.forEach((place, i) => {
    values.set(
      members.subarray(i * columns, (i + 1) * columns).map((value) => (Number.isFinite(value) ? value : 0)),
      place * columns,
    );
  });
  return { name, columns, values };
}
