import type { ColumnMapping } from '#contract/data';
import { contentOf } from '../content.ts';
import type { Database } from '../database.ts';
import { storeWeights } from '../event-types.ts';
import { columnsOfObjects, jsonRelation } from '../formats/json-columns.ts';
import { objectsOfLines } from '../formats/json-lines.ts';
import { readInteractions } from '../import-interactions.ts';
import { contentColumns, isBroken } from '../incoming.ts';
import { brokenColumn, wholeLines } from '../relation.ts';
import { applyMapping, demandRoles, guessRoles } from '../roles.ts';
import type { Session } from '../session.ts';
import type { Source } from '../source.ts';
import { quoteText } from '../sql.ts';

/** A message as it came, and where it stood. */
export interface Message {
  text: string;
  /** Line of the stream, or offset in the partition. */
  line: number;
  /** What names the place in the rejects: `kafka events/0`. */
  place: string;
}

export interface BatchCounts {
  read: number;
  accepted: number;
  rejected: number;
  duplicates: number;
}

/** The messages as a source of rows. The statement's first parameter holds their texts. */
function sourceOf(name: string, messages: readonly Message[], map: ColumnMapping): Source {
  const columns = columnsOfObjects(objectsOfLines(messages.map(({ text }) => text.replaceAll('\n', ' ')).join('\n'), messages.length));
  const described = columns.names.map((column, at) => ({
    name: column,
    content: contentOf(columns.sample.slice(0, 200).map((row) => row[at] ?? null)),
  }));
  const input = { columns: described, sample: columns.sample, header: true, entity: 'interactions' as const };
  const guess = guessRoles(input);
  // A batch of broken messages has no columns: each is rejected by itself.
  if (described.length > 0) {
    const given = Object.fromEntries(Object.entries(map).filter(([, column]) => column === '' || columns.names.includes(column)));
    applyMapping(name, guess, given, described, 'as given');
  }
  const lines = `(SELECT unnest(from_json($1, '["VARCHAR"]')) AS line)`;
  return {
    path: name,
    readPath: name,
    format: 'jsonl',
    entity: 'interactions',
    columns: described,
    sample: columns.sample,
    reading: { relation: () => jsonRelation(columns, 'line', lines, brokenColumn), cells: 'text', records: wholeLines },
    constants: {},
    ...guess,
  };
}

/** Whether messages have what interactions need. Throws `bad_data` with the fields that they have. */
export function demandIds(name: string, messages: readonly Message[], map: ColumnMapping): void {
  const source = sourceOf(name, messages, map);
  if (source.columns.length > 0) demandRoles(name, 'interactions', source.mapping, source.columns);
}

const content = contentColumns.map((column) => `s.${column} IS NOT DISTINCT FROM f.${column}`).join(' AND ');

/**
 * Stores messages by the rules of an import, in one transaction with how far the source has been read: `commit` writes that, so that a stop at any moment neither
 * loses nor doubles. read = accepted + rejected + duplicates.
 */
export function storeBatch(
  db: Database,
  source: { id: number; name: string; map: ColumnMapping },
  messages: readonly Message[],
  commit: (session: Session) => Promise<void>,
): Promise<BatchCounts> {
  return db.write(async (session) => {
    const counts: BatchCounts = { read: messages.length, accepted: 0, rejected: 0, duplicates: 0 };
    if (messages.length > 0) {
      await session.run('CREATE OR REPLACE TEMP TABLE live_batch AS FROM interactions LIMIT 0');
      const texts = JSON.stringify(messages.map(({ text }) => text));
      await readInteractions(session, sourceOf(source.name, messages, source.map), {
        importId: null,
        table: 'live_batch',
        parameters: [texts],
      });
      counts.rejected = await storeBroken(session, messages);
      counts.accepted = await storeGood(session);
      counts.duplicates = counts.read - counts.rejected - counts.accepted;
      await session.run('DROP TABLE live_batch');
      await storeWeights(session, {});
    }
    await commit(session);
    await session.run(
      `UPDATE live_sources SET rows_read = rows_read + $1, accepted = accepted + $2, rejected = rejected + $3, duplicates = duplicates + $4,
         last_at = CASE WHEN $1 > 0 THEN now() AT TIME ZONE 'UTC' ELSE last_at END WHERE source_id = $5`,
      [counts.read, counts.accepted, counts.rejected, counts.duplicates, source.id],
    );
    return counts;
  });
}

async function storeBroken(session: Session, messages: readonly Message[]): Promise<number> {
  const broken = await session.rows<{ at: number; problem: string }>(
    `SELECT CAST(rowid - (SELECT min(rowid) FROM live_batch) AS DOUBLE) AS at, context AS problem FROM live_batch WHERE ${isBroken}`,
  );
  if (broken.length === 0) return 0;
  const rejects = broken.map(({ at, problem }) => {
    const message = messages[at] as Message;
    const parted = problem.indexOf(': ');
    return {
      file: message.place,
      line: message.line,
      col: problem.slice(0, parted) || null,
      reason: problem.slice(parted + 2),
      raw: message.text.slice(0, 2000),
    };
  });
  await session.run(
    `INSERT INTO rejects SELECT NULL, r.file, r.line, r.col, r.reason, r.raw
     FROM (SELECT unnest(from_json($1, '[{"file": "VARCHAR", "line": "BIGINT", "col": "VARCHAR", "reason": "VARCHAR", "raw": "VARCHAR"}]')) AS r)`,
    [JSON.stringify(rejects)],
  );
  return broken.length;
}

async function storeGood(session: Session): Promise<number> {
  const before = await session.number('SELECT count(*) FROM interactions');
  await session.run(
    `INSERT INTO interactions SELECT * FROM live_batch f WHERE NOT (${isBroken.replace('user_id', 'f.user_id')})
       AND (f.event_id IS NULL OR NOT EXISTS (SELECT 1 FROM interactions s WHERE s.event_id = f.event_id))
       AND (f.event_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM interactions s WHERE s.event_id IS NULL AND ${content}))
     QUALIFY row_number() OVER (PARTITION BY event_id, ${contentColumns.map((name) => `CASE WHEN event_id IS NULL THEN ${name} END`).join(', ')} ORDER BY rowid) = 1
     ORDER BY rowid`,
  );
  return (await session.number('SELECT count(*) FROM interactions')) - before;
}

/** How far a part of a source has been read; null where nothing of it was. */
export async function positionOf(db: Database, id: number, part: string): Promise<string | null> {
  const rows = await db.read((session) =>
    session.rows<{ position: string }>('SELECT position FROM live_positions WHERE source_id = $1 AND part = $2', [id, part]),
  );
  return rows[0]?.position ?? null;
}

/** Notes how far a part has been read; within the transaction of what was read. */
export async function setPosition(session: Session, id: number, part: string, position: string): Promise<void> {
  await session.run('DELETE FROM live_positions WHERE source_id = $1 AND part = $2', [id, part]);
  await session.run(`INSERT INTO live_positions VALUES ($1, $2, ${quoteText(position)})`, [id, part]);
}
