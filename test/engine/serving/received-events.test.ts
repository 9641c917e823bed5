import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LoggedEvent, ServedEvent } from '#contract/api/event-routes';
import { openReceivedEvents } from '../../../engine/serving/received-events.ts';
import { settleEvent } from '../../../engine/serving/settle-event.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'received-'));
});
afterEach(() => rm(folder, { recursive: true }));

const event = (event_id: string, item_id = 'i', user_id = 'u'): ServedEvent => ({ event_id, user_id, item_id, event_type: 'view' });
const stored = async (): Promise<LoggedEvent[]> =>
  (await readFile(path.join(folder, '1.log'), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test('events are stored, told, and remembered for their user', async () => {
  const told: string[] = [];
  const received = await openReceivedEvents(folder, (events) => told.push(...events.map(({ event_id }) => event_id)));
  const answer = await received.receive([event('a', 'i1'), event('b', 'i2')]);
  expect(answer).toEqual({ answer: { accepted: 2, duplicates: 0, event_ids: ['a', 'b'] }, stored: 2 });
  expect(told).toEqual(['a', 'b']);
  expect([...received.memory.itemsOf('u')]).toEqual(['i1', 'i2']);
  expect([...received.memory.itemsOf('somebody else')]).toEqual([]);
  expect((await stored()).map(({ event_id }) => event_id)).toEqual(['a', 'b']);
  await received.close();
});

test('a repeated id is harmless: in one request, in a later one, in parallel, after a restart', async () => {
  const received = await openReceivedEvents(folder, () => undefined);
  expect(await received.receive([event('a'), event('a')])).toMatchObject({ answer: { accepted: 1, duplicates: 1 } });
  expect(await received.receive([event('a'), event('b')])).toMatchObject({ answer: { accepted: 1, duplicates: 1 } });
  const parallel = await Promise.all(Array.from({ length: 100 }, () => received.receive([event('c')])));
  expect(parallel.reduce((sum, { stored: count }) => sum + count, 0)).toBe(1);
  await received.close();
  const again = await openReceivedEvents(folder, () => undefined);
  expect(await again.receive([event('a'), event('b'), event('c'), event('d')])).toMatchObject({ answer: { accepted: 1, duplicates: 3 } });
  expect([...again.memory.itemsOf('u')]).toEqual(['i']);
  await again.close();
  expect((await stored()).map(({ event_id }) => event_id)).toEqual(['a', 'b', 'c', 'd']);
});

const plain: ServedEvent = { user_id: 'u', item_id: 'i', event_type: 'view' };

test('an idempotency key makes events without ids repeatable, also after a restart: each repeat gets the first answer', async () => {
  const received = await openReceivedEvents(folder, () => undefined);
  await received.receive([event('known')]);
  const events = [plain, event('known'), plain];
  const first = await received.receive(events, 'key');
  expect(first).toEqual({ answer: { accepted: 2, duplicates: 1, event_ids: ['key:0', 'known', 'key:2'] }, stored: 2 });
  expect(await received.receive(events, 'key')).toEqual({ ...first, stored: 0 });
  expect((await received.receive([plain, plain])).stored).toBe(2);
  await received.close();
  const again = await openReceivedEvents(folder, () => undefined);
  expect(await again.receive(events, 'key')).toEqual({ ...first, stored: 0 });
  await again.close();
  expect(await stored()).toHaveLength(5);
});

test('the key of a request whose events were all known is remembered, too, also after a restart', async () => {
  const received = await openReceivedEvents(folder, () => undefined);
  await received.receive([event('known')]);
  const first = await received.receive([event('known')], 'key');
  expect(first).toEqual({ answer: { accepted: 0, duplicates: 1, event_ids: ['known'] }, stored: 0 });
  const refused = { code: 'conflict', message: expect.stringMatching(/Idempotency-Key "key" was used for another request/) };
  await expect(received.receive([event('other')], 'key')).rejects.toMatchObject(refused);
  const both = await Promise.all([received.receive([event('new')]), received.receive([event('new')], 'second')]);
  expect(both.map(({ answer }) => answer.accepted)).toEqual([1, 0]);
  await received.close();
  const again = await openReceivedEvents(folder, () => undefined);
  for (const key of ['key', 'second']) await expect(again.receive([event('other')], key)).rejects.toMatchObject({ code: 'conflict' });
  expect(await again.receive([event('known')], 'key')).toEqual(first);
  expect([...again.memory.all()].map(({ event_id }) => event_id)).toEqual(['known', 'new']);
  await again.close();
});

test('the same key 100 times in parallel is stored once, and all get the same answer', async () => {
  const received = await openReceivedEvents(folder, () => undefined);
  const answers = await Promise.all(Array.from({ length: 100 }, () => received.receive([plain, plain], 'key')));
  expect(new Set(answers.map(({ answer }) => JSON.stringify(answer)))).toEqual(
    new Set(['{"accepted":2,"duplicates":0,"event_ids":["key:0","key:1"]}']),
  );
  expect(answers.reduce((sum, answer) => sum + answer.stored, 0)).toBe(2);
  await received.close();
  expect(await stored()).toHaveLength(2);
});

describe('another body under what was used', () => {
  const first: ServedEvent = { ...event('a'), value: 1, context: { page: 'home', deep: { x: 1, y: 2 } } };
  const others: [string, ServedEvent][] = [
    ['user', { ...first, user_id: 'v' }],
    ['item', { ...first, item_id: 'j' }],
    ['type', { ...first, event_type: 'like' }],
    ['value', { ...first, value: 2 }],
    ['no value', { ...first, value: undefined }],
    ['session', { ...first, session_id: 's' }],
    ['context', { ...first, context: { page: 'home', deep: { x: 1, y: 3 } } }],
    ['time', { ...first, timestamp: 1_700_000_000 }],
  ];

  test.each(others)('is refused by event_id, on its way, stored and after a restart: another %s', async (_what, other) => {
    const received = await openReceivedEvents(folder, () => undefined);
    const refused = {
      code: 'conflict',
      message: expect.stringMatching(/event_id "a" was used for another event/),
      details: { eventId: 'a' },
    };
    const onItsWay = received.receive([first]);
    await expect(received.receive([event('b'), other])).rejects.toMatchObject(refused);
    await onItsWay;
    await expect(received.receive([event('b'), other])).rejects.toMatchObject(refused);
    await expect(received.receive([{ ...event('c'), value: 1 }, event('c')])).rejects.toMatchObject({ details: { eventId: 'c' } });
    await received.close();
    const again = await openReceivedEvents(folder, () => undefined);
    await expect(again.receive([event('b'), other])).rejects.toMatchObject(refused);
    // Nothing of a refused request is stored, and the same event is still a duplicate.
    expect(await again.receive([event('b'), first])).toMatchObject({ answer: { accepted: 1, duplicates: 1 } });
    await again.close();
    expect((await stored()).map(({ event_id }) => event_id)).toEqual(['a', 'b']);
  });

  test('the same facts in other words are the same event: order of keys, names of the item, spelling of the time', async () => {
    const received = await openReceivedEvents(folder, () => undefined);
    const timed: ServedEvent = { ...first, timestamp: '2023-11-14T22:13:20Z' };
    await received.receive([timed]);
    const { item_id: _, ...rest } = timed;
    const same: ServedEvent = { ...rest, content_id: 'i', timestamp: 1_700_000_000, context: { deep: { y: 2, x: 1 }, page: 'home' } };
    expect(await received.receive([same])).toMatchObject({ answer: { accepted: 0, duplicates: 1 } });
    await received.close();
    const again = await openReceivedEvents(folder, () => undefined);
    expect(await again.receive([same])).toMatchObject({ answer: { accepted: 0, duplicates: 1 } });
    await again.close();
  });

  test.each<[string, ServedEvent[]]>([
    ['fewer events', [plain]],
    ['more events', [plain, plain, plain]],
    ['another item', [plain, { ...plain, item_id: 'j' }]],
    ['events with ids of their own', [event('x'), event('y')]],
  ])('is refused by Idempotency-Key, on its way, stored and after a restart: %s', async (_what, other) => {
    const received = await openReceivedEvents(folder, () => undefined);
    const refused = { code: 'conflict', message: expect.stringMatching(/Idempotency-Key "key" was used for another request/) };
    const onItsWay = received.receive([plain, plain], 'key');
    await expect(received.receive(other, 'key')).rejects.toMatchObject(refused);
    await onItsWay;
    await expect(received.receive(other, 'key')).rejects.toMatchObject(refused);
    await received.close();
    const again = await openReceivedEvents(folder, () => undefined);
    await expect(again.receive(other, 'key')).rejects.toMatchObject(refused);
    expect(await again.receive([plain, plain], 'key')).toMatchObject({ answer: { accepted: 2, duplicates: 0 }, stored: 0 });
    await again.close();
    expect(await stored()).toHaveLength(2);
  });
});

test.each(['","user_id":"', ',"timestampMs":7', ',"request":{', '\\', '"', '\u2028', '\n', '🎉', '__proto__'])(
  'any text in an id, a key or a context is known again after a restart: %j',
  async (text) => {
    const event: ServedEvent = { event_id: text, user_id: text, item_id: text, event_type: text, context: { [text]: { timestampMs: 7 } } };
    const received = await openReceivedEvents(folder, () => undefined);
    await received.receive([event]);
    await received.receive([plain], text);
    await received.close();
    const again = await openReceivedEvents(folder, () => undefined);
    expect(await again.receive([event])).toMatchObject({ answer: { accepted: 0, duplicates: 1 } });
    await expect(again.receive([{ ...event, value: 1 }])).rejects.toMatchObject({ code: 'conflict' });
    expect(await again.receive([plain], text)).toMatchObject({ answer: { accepted: 1 }, stored: 0 });
    await expect(again.receive([plain, plain], text)).rejects.toMatchObject({ code: 'conflict' });
    expect(again.memory.newest(2).map(({ event_id }) => event_id)).toEqual([`${text}:0`, text]);
    await again.close();
  },
);

test('each event says when it was received, later than all before it, whatever the clock does', async () => {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 0, 2));
  try {
    const received = await openReceivedEvents(folder, () => undefined);
    await received.receive([event('a'), event('b')], 'key');
    await received.close();
    clock.mockReturnValue(Date.UTC(2026, 0, 1));
    const again = await openReceivedEvents(folder, () => undefined);
    await again.receive([event('c')]);
    const times = (await stored()).map(({ receivedMs }) => receivedMs as number);
    expect(times[0]).toBe(Date.UTC(2026, 0, 2));
    expect(times[1]).toBeGreaterThan(times[0] as number);
    expect(times[2]).toBeGreaterThan(times[1] as number);
    expect([...again.memory.all()].map(({ receivedMs }) => receivedMs)).toEqual(times);
    await again.close();
  } finally {
    clock.mockRestore();
  }
});

test('a line of an older version is known by its id alone', async () => {
  const received = await openReceivedEvents(folder, () => undefined);
  await received.close();
  const old = {
    event_id: 'a',
    user_id: 'u',
    item_id: 'i',
    event_type: 'view',
    value: null,
    timestampMs: 5,
    session_id: null,
    context: null,
  };
  await appendFile(path.join(folder, '1.log'), `${JSON.stringify(old)}\n`);
  const again = await openReceivedEvents(folder, () => undefined);
  expect(await again.receive([event('a', 'other'), event('b')])).toMatchObject({ answer: { accepted: 1, duplicates: 1 } });
  expect(again.memory.newest(2).map(({ timestampMs }) => timestampMs)[1]).toBe(5);
  await again.close();
});

test('a request is remembered by the ids of far more events than memory holds', async () => {
  const limits = { memory: { events: 10 } };
  const received = await openReceivedEvents(folder, () => undefined, limits);
  for (let batch = 0; batch < 10; batch++) {
    await received.receive(Array.from({ length: 1000 }, (_, i) => event(`e${batch * 1000 + i}`)));
  }
  await received.close();
  const again = await openReceivedEvents(folder, () => undefined, limits);
  expect(again.memory.size).toBe(10);
  expect(await again.receive([event('e0'), event('e9999'), event('new')])).toMatchObject({ answer: { accepted: 1, duplicates: 2 } });
  await expect(again.receive([event('e0', 'other')])).rejects.toMatchObject({ code: 'conflict' });
  await again.close();
});

test('who repeats an id that is on its way waits for the same write, and hears of its failure', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let broken = true;
  const received = await openReceivedEvents(folder, () => undefined, {
    write: async (handle, bytes) => {
      await gate;
      if (broken) throw new Error('broken');
      await handle.write(bytes);
    },
  });
  const both = Promise.allSettled([received.receive([event('a')]), received.receive([event('a')])]);
  open();
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([...received.memory.itemsOf('u')]).toEqual([]);
  broken = false;
  expect(await received.receive([event('a')])).toMatchObject({ answer: { accepted: 1, duplicates: 0 } });
  await received.close();
});

test('memory is bounded: the oldest events are forgotten, with what they said of their user', async () => {
  const received = await openReceivedEvents(folder, () => undefined, { memory: { events: 3 } });
  for (let i = 0; i < 5; i++) await received.receive([event(`e${i}`, `i${i % 4}`)]);
  expect([...received.memory.all()].map(({ event_id }) => event_id)).toEqual(['e2', 'e3', 'e4']);
  // i0 came first and last; i1 is forgotten.
  expect([...received.memory.itemsOf('u')].sort()).toEqual(['i0', 'i2', 'i3']);
  await received.close();
  const again = await openReceivedEvents(folder, () => undefined, { memory: { events: 3 } });
  expect([...again.memory.all()].map(({ event_id }) => event_id)).toEqual(['e2', 'e3', 'e4']);
  await again.close();
});

test('a damaged line in the log does not keep the server from starting', async () => {
  const received = await openReceivedEvents(folder, () => undefined);
  await received.receive([event('a')]);
  await received.close();
  await appendFile(path.join(folder, '1.log'), 'not json\n{"event_id":1}\n');
  const again = await openReceivedEvents(folder, () => undefined);
  expect(await again.receive([event('a'), event('b')])).toMatchObject({ answer: { accepted: 1, duplicates: 1 } });
  await again.close();
});

test('without a folder events are refused in words', async () => {
  const received = await openReceivedEvents(null, () => undefined);
  await expect(received.receive([event('a')])).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/no event log/),
  });
});

describe('an event is settled', () => {
  const now = Date.UTC(2026, 0, 1);
  const settle = (change: Partial<ServedEvent>) => settleEvent({ user_id: 'u', item_id: 'i', event_type: 'view', ...change }, now);

  test.each<[ServedEvent['timestamp'], number]>([
    [undefined, now],
    [1_700_000_000, 1_700_000_000_000],
    [1_700_000_000_000, 1_700_000_000_000],
    [1_700_000_000.5, 1_700_000_000_500],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000],
    ['2023-11-14T23:13:20+01:00', 1_700_000_000_000],
    ['2023-11-14T22:13:20', 1_700_000_000_000],
    ['2023-11-14', Date.UTC(2023, 10, 14)],
    [0, 0],
  ])('timestamp %j', (timestamp, ms) => {
    expect(settle(timestamp === undefined ? {} : { timestamp }).timestampMs).toBe(ms);
  });

  test.each(['yesterday', '', '2023-13-14', '11/14/2023', -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '9999-01-01'])(
    'timestamp %j is refused',
    (timestamp) => {
      expect(() => settle({ timestamp })).toThrow(/no time from 1970 to 2100/);
    },
  );

  test("a timestamp up to a day ahead is taken, for clocks that are wrong; one beyond that is refused, with the server's own time", () => {
    const day = 86_400_000;
    expect(settle({ timestamp: now + day }).timestampMs).toBe(now + day);
    for (const timestamp of [now + day + 1, '2099-12-31T00:00:00Z', '2026-01-03'])
      expect(() => settle({ timestamp })).toThrow(/more than a day ahead of this server's clock, which says 2026-01-01T00:00:00.000Z/);
  });

  test('other names of an item, and what is missing, are filled in', () => {
    const settled = settleEvent({ user_id: 'u', content_id: 'c', event_type: 'like' }, now, 'key:0');
    expect(settled).toEqual({
      event_id: 'key:0',
      user_id: 'u',
      item_id: 'c',
      event_type: 'like',
      value: null,
      timestampMs: now,
      session_id: null,
      context: null,
    });
    expect(settle({ item_id: undefined, post_id: 'p' }).item_id).toBe('p');
    expect(settle({}).event_id).not.toBe(settle({}).event_id);
  });

  test.each(['\ud800', 'a\u0000b'])('an id that cannot be stored as text is refused: %j', (id) => {
    expect(() => settle({ user_id: id })).toThrow(/user_id/);
    expect(() => settle({ item_id: id })).toThrow(/item_id/);
    expect(() => settle({ event_id: id })).toThrow(/event_id/);
  });

  test.each(['é', 'e\u0301', '🧑‍🚀', '../..', '__proto__', '\u202e'])('any other id is kept as it is: %j', (id) => {
    expect(settle({ user_id: id }).user_id).toBe(id);
  });
});

describe('a user who is forgotten', () => {
  const text = (): Promise<string> => readFile(path.join(folder, '1.log'), 'utf8');

  test('is gone from memory and log; every other byte stays where it is, also for readers who start anew', async () => {
    const odd = 'ö "u" \\ \u2028';
    const received = await openReceivedEvents(folder, () => undefined);
    await received.receive([event('a', 'i1', odd), event('b', odd), event('c', 'i2', odd), event('d', 'i3', `${odd}2`)], 'key');
    const before = await text();
    expect(await received.forget(odd)).toBe(2);
    const after = await text();
    expect(Buffer.byteLength(after)).toBe(Buffer.byteLength(before));
    const [wereLines, lines] = [before.split('\n'), after.split('\n')];
    expect(lines.map((line) => line.trim() === '')).toEqual([true, false, true, false, true]);
    expect([lines[1], lines[3]]).toEqual([wereLines[1], wereLines[3]]);
    expect(received.memory.recentOf(odd)).toEqual([]);
    expect(received.memory.recentOf('u')).toHaveLength(1);
    expect(await received.forget(odd)).toBe(0);
    await received.receive([event('e', 'i9', odd)]);
    await received.close();
    const again = await openReceivedEvents(folder, () => undefined);
    expect([...again.memory.itemsOf(odd)]).toEqual(['i9']);
    expect(await again.receive([event('b', odd), event('d', 'i3', `${odd}2`)])).toMatchObject({ stored: 0 });
    // Nobody knows any more that it was there.
    expect(await again.receive([event('a', 'i1', odd)])).toMatchObject({ stored: 1 });
    await again.close();
  });

  test('loses what was acknowledged before, while events of all come without a pause', async () => {
    const received = await openReceivedEvents(folder, () => undefined, { rotateBytes: 20_000, memory: { eventsPerUser: 100_000 } });
    const acknowledged: { id: string; user: string; afterForget: boolean }[] = [];
    let [number, stopped, forgotten] = [0, false, false];
    const sender = async (user: string): Promise<void> => {
      while (!stopped) {
        const id = `e${++number}`;
        const afterForget = forgotten;
        await received.receive([event(id, `i${number}`, user)]);
        acknowledged.push({ id, user, afterForget });
      }
    };
    const senders = ['u', 'u', 'other', 'other'].map(sender);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = acknowledged.filter(({ user }) => user === 'u').map(({ id }) => id);
    await received.forget('u');
    forgotten = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
    stopped = true;
    await Promise.all(senders);
    const remembered = new Set(Array.from(received.memory.all(), ({ event_id }) => event_id));
    await received.close();
    const logged = new Set<string>();
    for (let file = 1; ; file++) {
      const lines = await readFile(path.join(folder, `${file}.log`), 'utf8').catch(() => null);
      if (lines === null) break;
      for (const line of lines.split('\n')) if (line.trim() !== '') logged.add(JSON.parse(line).event_id);
    }
    expect(before.length).toBeGreaterThan(10);
    expect(before.filter((id) => logged.has(id) || remembered.has(id))).toEqual([]);
    const kept = acknowledged.filter(({ user, afterForget }) => user === 'other' || afterForget).map(({ id }) => id);
    expect(kept.filter((id) => !logged.has(id))).toEqual([]);
    // Log and memory agree on each one that came in between.
    expect([...remembered].sort()).toEqual([...logged].sort());
  });
});
