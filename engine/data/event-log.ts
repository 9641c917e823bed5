import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { LoggedEvent } from '#contract/api/event-routes';
import { explainIssues } from '#contract/issue-words';
import type { Database } from './database.ts';
import { storeWeights } from './event-types.ts';
import type { Session } from './session.ts';
import { quoteText } from './sql.ts';

export interface IngestCounts {
  accepted: number;
  duplicates: number;
  rejected: number;
}

interface Position {
  file: number;
  offset: number;
  line: number;
  /** Of the newest event up to here. */
  receivedMs: number | null;
}

/** Bytes that are read and stored at a time. */
const batchBytes = 4 * 1024 * 1024;

/**
 * Reads what the server received, `<n>.log` with one event a line, from where the last call stopped. Each batch is stored together with
 * the new position, so that a stop at any moment neither loses nor repeats an event. A last line without its end waits for the next call;
 * lines that are no event go to `rejects`.
 */
export async function ingestEventLog(db: Database, folder: string): Promise<IngestCounts> {
  const counts: IngestCounts = { accepted: 0, duplicates: 0, rejected: 0 };
  const files = await logFiles(folder);
  for (const file of files) {
    for (;;) {
      const more = await db.write((session) => ingestBatch(session, folder, file, file !== files.at(-1), counts));
      if (!more) break;
    }
  }
  return counts;
}

async function logFiles(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .map((name) => /^(\d+)\.log$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Stores the next whole lines of one file; says whether there may be more. `closed`: a later file exists, so nothing is added to this one. */
async function ingestBatch(session: Session, folder: string, file: number, closed: boolean, counts: IngestCounts): Promise<boolean> {
  const position = await readPosition(session, file);
  if (position === null) return false;
  const name = path.join(folder, `${file}.log`);
  const { lines, bytes } = await readLines(name, position.offset, closed);
  if (lines.length === 0) return false;
  const events: LoggedEvent[] = [];
  const rejects: { line: number; reason: string; raw: string }[] = [];
  lines.forEach((raw, index) => {
    if (raw.trim() === '' || isRequest(raw)) return;
    const event = parseEvent(raw);
    if (typeof event === 'string') rejects.push({ line: position.line + index + 1, reason: event, raw: raw.slice(0, 2000) });
    else events.push(event);
  });
  const accepted = events.length === 0 ? 0 : await storeEvents(session, events);
  if (rejects.length > 0) {
    await session.run(
      `INSERT INTO rejects SELECT NULL, ${quoteText(name)}, r.line, NULL, r.reason, r.raw
       FROM (SELECT unnest(from_json($1, '[{"line": "BIGINT", "reason": "VARCHAR", "raw": "VARCHAR"}]')) AS r)`,
      [JSON.stringify(rejects)],
    );
  }
  await session.run('DELETE FROM event_log_position');
  const receivedMs = events.reduce((newest, event) => (event.receivedMs === undefined ? newest : event.receivedMs), position.receivedMs);
  await session.run('INSERT INTO event_log_position VALUES ($1, $2, $3, $4)', [
    file,
    position.offset + bytes,
    position.line + lines.length,
    receivedMs,
  ]);
  await storeWeights(session, {});
  counts.accepted += accepted;
  counts.duplicates += events.length - accepted;
  counts.rejected += rejects.length;
  return true;
}

/** Where to go on in a file; null where later files were read already. */
async function readPosition(session: Session, file: number): Promise<Position | null> {
  const row = await positionRow(session);
  if (row === undefined || Number(row.file) < file) return { file, offset: 0, line: 0, receivedMs: row?.received_ms ?? null };
  return Number(row.file) > file ? null : { file, offset: Number(row.byte_offset), line: Number(row.line), receivedMs: row.received_ms };
}

async function positionRow(session: Session) {
  const [row] = await session.rows<{ file: bigint; byte_offset: bigint; line: bigint; received_ms: number | null }>(
    'SELECT * FROM event_log_position',
  );
  return row;
}

/** `receivedMs` of the newest event that was read; 0 where none was read yet, undefined where older lines do not tell. */
export async function readEventsThrough(session: Session): Promise<number | undefined> {
  const row = await positionRow(session);
  return row ? (row.received_ms ?? undefined) : 0;
}

async function readLines(file: string, offset: number, closed: boolean): Promise<{ lines: string[]; bytes: number }> {
  const handle = await open(file, 'r');
  try {
    const left = (await handle.stat()).size - offset;
    if (left <= 0) return { lines: [], bytes: 0 };
    let wanted = Math.min(left, batchBytes);
    for (;;) {
      const buffer = Buffer.alloc(wanted);
      const { bytesRead } = await handle.read(buffer, 0, wanted, offset);
      const end = buffer.lastIndexOf(10, bytesRead - 1) + 1;
      if (end > 0) return { lines: buffer.toString('utf8', 0, end - 1).split('\n'), bytes: end };
      // A line without its end: longer than the batch, or still being written, or cut off for good.
      if (wanted < left) wanted = Math.min(left, wanted * 2);
      else return closed ? { lines: [buffer.toString('utf8', 0, bytesRead)], bytes: bytesRead } : { lines: [], bytes: 0 };
    }
  } finally {
    await handle.close();
  }
}

/** Not every line is an event: where all events of a request were known, its key alone is remembered. */
const isRequest = (raw: string): boolean => raw.startsWith('{"request":{');

/** The event of a line, or why it is none. */
function parseEvent(raw: string): LoggedEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return 'not a JSON object';
  }
  const parsed = LoggedEvent.safeParse(value);
  if (!parsed.success) return explainIssues(parsed.error, value, 'the event').sentence;
  const { timestampMs, user_id, item_id } = parsed.data;
  if (user_id === '' || item_id === '') return 'the user or the item is missing';
  if (!(timestampMs >= 0 && timestampMs < 4_133_980_800_000)) return 'the time is not between 1970 and 2100';
  return parsed.data;
}

/** Adds events whose id is new, each once; gives their number. */
async function storeEvents(session: Session, events: LoggedEvent[]): Promise<number> {
  const before = await session.number('SELECT count(*) FROM interactions');
  const rows = events.map((event, place) => ({ ...event, place, context: event.context === null ? null : JSON.stringify(event.context) }));
  await session.run(
    `INSERT INTO interactions
     SELECT event_id, user_id, item_id, event_type, value, make_timestamp(CAST(timestampMs * 1000 AS BIGINT)), session_id, context, NULL
     FROM (SELECT unnest(from_json($1, '[{"place": "BIGINT", "event_id": "VARCHAR", "user_id": "VARCHAR", "item_id": "VARCHAR", "event_type": "VARCHAR",
       "value": "DOUBLE", "timestampMs": "DOUBLE", "session_id": "VARCHAR", "context": "VARCHAR"}]'), recursive := true)) e
     WHERE NOT EXISTS (SELECT 1 FROM interactions known WHERE known.event_id = e.event_id)
     QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY place) = 1 ORDER BY place`,
    [JSON.stringify(rows)],
  );
  return (await session.number('SELECT count(*) FROM interactions')) - before;
}
