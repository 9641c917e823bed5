import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ingestEventLog, readEventsThrough } from '../../../engine/data/event-log.ts';
import { readTrainingData } from '../../../engine/data/training-data.ts';
import { withDatabase } from './helpers.ts';

const event = (id: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    event_id: id,
    user_id: 'u1',
    item_id: 'i1',
    event_type: 'view',
    value: null,
    timestampMs: 1_704_067_200_000,
    session_id: null,
    context: null,
    ...more,
  });

test('events are read once, from where the last reading stopped', () =>
  withDatabase(async ({ db, folder, table }) => {
    const log = path.join(folder, 'events');
    expect(await ingestEventLog(db, log)).toEqual({ accepted: 0, duplicates: 0, rejected: 0 });
    await mkdir(log);
    await writeFile(
      path.join(log, '1.log'),
      `${event('e1')}\n${event('e2', { user_id: 'é😀', value: 2.5, context: { page: 3 }, timestampMs: 1_704_067_200_500 })}\n`,
    );
    expect(await ingestEventLog(db, log)).toEqual({ accepted: 2, duplicates: 0, rejected: 0 });
    expect(await ingestEventLog(db, log)).toEqual({ accepted: 0, duplicates: 0, rejected: 0 });
    await appendFile(path.join(log, '1.log'), `${event('e1')}\n${event('e3')}\n${event('e3')}\n`);
    expect(await ingestEventLog(db, log)).toEqual({ accepted: 1, duplicates: 2, rejected: 0 });
    await writeFile(path.join(log, '10.log'), `${event('e5')}\n`);
    await writeFile(path.join(log, '2.log'), `${event('e4')}\n`);
    expect(await ingestEventLog(db, log)).toEqual({ accepted: 2, duplicates: 0, rejected: 0 });
    const rows = await table('interactions');
    expect(rows.map((row) => row.event_id).sort()).toEqual(['e1', 'e2', 'e3', 'e4', 'e5']);
    expect(rows[0]).toMatchObject({
      event_id: 'e2',
      user_id: 'é😀',
      value: 2.5,
      context: '{"page":3}',
      timestamp: '2024-01-01T00:00:00.500Z',
    });
    expect(await db.read((session) => session.rows('SELECT * FROM event_types'))).toEqual([{ event_type: 'view', weight: 0.1 }]);
  }));

test('a line that remembers a key alone is no event, and no reject', () =>
  withDatabase(async ({ db, folder }) => {
    const key = '{"request":{"key":"k","digest":"0123456789abcdef","accepted":0}}';
    await writeFile(path.join(folder, '1.log'), `${event('e1')}\n${key}\n${event('e2')}\n`);
    expect(await ingestEventLog(db, folder)).toEqual({ accepted: 2, duplicates: 0, rejected: 0 });
  }));

test('how far events were read is told by when the newest was received, also after lines that do not tell', () =>
  withDatabase(async ({ db, folder }) => {
    const through = (): Promise<number | undefined> => db.read(readEventsThrough);
    const read = async (file: string, ...lines: string[]): Promise<number | undefined> => {
      await appendFile(path.join(folder, file), `${lines.join('\n')}\n`);
      await ingestEventLog(db, folder);
      expect((await readTrainingData(db, { minValue: 'auto' })).eventsThrough).toBe(await through());
      return through();
    };
    expect(await through()).toBe(0);
    expect(await read('1.log', event('e1'))).toBeUndefined();
    expect(await read('1.log', event('e2', { receivedMs: 5 }), event('e3', { receivedMs: 5.001 }))).toBe(5.001);
    expect(await read('1.log', '', 'nonsense')).toBe(5.001);
    expect(await read('2.log', '')).toBe(5.001);
    expect(await read('2.log', event('e4', { receivedMs: 7 }))).toBe(7);
  }));

test('a last line without its end waits for the rest', () =>
  withDatabase(async ({ db, folder, table }) => {
    const [whole, torn] = [event('e1'), event('e2')];
    await writeFile(path.join(folder, '1.log'), `${whole}\n${torn.slice(0, 20)}`);
    expect(await ingestEventLog(db, folder)).toEqual({ accepted: 1, duplicates: 0, rejected: 0 });
    expect(await ingestEventLog(db, folder)).toEqual({ accepted: 0, duplicates: 0, rejected: 0 });
    await appendFile(path.join(folder, '1.log'), `${torn.slice(20)}\n`);
    expect(await ingestEventLog(db, folder)).toEqual({ accepted: 1, duplicates: 0, rejected: 0 });
    expect(await table('interactions')).toHaveLength(2);
  }));

test('lines that are no event go to the rejects with file, line and reason; a torn end of a closed file too', () =>
  withDatabase(async ({ db, folder, table }) => {
    const file = path.join(folder, '1.log');
    await writeFile(
      file,
      [
        'nonsense',
        event('e1'),
        '',
        '{"event_id": "e2"}',
        event('e3', { timestampMs: -1 }),
        event('e4', { user_id: '' }),
        '{"event_id": "e5',
      ].join('\n'),
    );
    expect(await ingestEventLog(db, folder)).toEqual({ accepted: 1, duplicates: 0, rejected: 4 });
    await writeFile(path.join(folder, '2.log'), `${event('e6')}\n`);
    expect(await ingestEventLog(db, folder)).toEqual({ accepted: 1, duplicates: 0, rejected: 1 });
    expect((await table('rejects')).map((reject) => [reject.file, reject.line, reject.reason])).toEqual([
      [file, 1, 'not a JSON object'],
      [file, 4, expect.stringMatching(/^user_id is missing$/)],
      [file, 5, 'the time is not between 1970 and 2100'],
      [file, 6, 'the user or the item is missing'],
      [file, 7, 'not a JSON object'],
    ]);
  }));
