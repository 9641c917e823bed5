import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type TrackedEvent, Tracker, type TrackerOptions } from '../../../engine/client/tracker.ts';

interface Sent {
  atMs: number;
  url: string;
  ids: string[];
  body: string;
  keepalive: boolean;
  authorization: string | undefined;
}

let sent: Sent[];
let startMs: number;
/** What the server does with a request: an answer, or none at all. */
let respond: (request: Sent) => Response | Error | Promise<Response>;
const ok = (): Response => new Response('{}', { status: 202 });

const fakeFetch = (async (url: string, init: RequestInit & { headers: Record<string, string> }) => {
  const body = init.body as string;
  const { events } = JSON.parse(body) as { events: TrackedEvent[] };
  const request: Sent = {
    atMs: Date.now() - startMs,
    url,
    ids: events.map(({ event_id }) => event_id as string),
    body,
    keepalive: init.keepalive ?? false,
    authorization: init.headers.authorization,
  };
  sent.push(request);
  const answer = await respond(request);
  if (answer instanceof Error) throw answer;
  return answer;
}) as unknown as typeof fetch;

beforeEach(() => {
  vi.useFakeTimers();
  startMs = Date.now();
  sent = [];
  respond = ok;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = (options: Partial<TrackerOptions> = {}): Tracker =>
  new Tracker({ url: 'http://server/api/track', fetch: fakeFetch, ...options });
const view = (item_id: string): TrackedEvent => ({ user_id: 'u', item_id });
const trackMany = (tracker: Tracker, count: number): string[] => Array.from({ length: count }, (_, i) => tracker.track(view(`i${i}`)));

test('events wait 5 seconds for others and go together', async () => {
  const tracker = open({ apiKey: 'secret' });
  const ids = [tracker.track(view('a'))];
  await vi.advanceTimersByTimeAsync(3000);
  ids.push(tracker.track(view('b')));
  await vi.advanceTimersByTimeAsync(1999);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent).toMatchObject([{ atMs: 5000, ids, url: 'http://server/api/track', authorization: 'Bearer secret', keepalive: false }]);
  expect(tracker.pending).toBe(0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(1);
});

test('20 events do not wait', async () => {
  const tracker = open();
  trackMany(tracker, 19);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual([]);
  tracker.track(view('last'));
  await vi.advanceTimersByTimeAsync(0);
  expect(sent.map(({ atMs, ids }) => [atMs, ids.length])).toEqual([[0, 20]]);
});

test('each event has an id and the time when it was tracked, unless it brings its own', async () => {
  const tracker = open();
  expect(tracker.track({ ...view('a'), event_id: 'mine', timestamp: 5 })).toBe('mine');
  const made = tracker.track(view('b'));
  expect(made).toMatch(/^[0-9a-f-]{36}$/);
  await vi.advanceTimersByTimeAsync(5000);
  const { events } = JSON.parse(sent[0]?.body as string) as { events: TrackedEvent[] };
  expect(events).toEqual([
    { user_id: 'u', item_id: 'a', event_id: 'mine', timestamp: 5 },
    { user_id: 'u', item_id: 'b', event_id: made, timestamp: new Date(startMs).toISOString() },
  ]);
});

test.each<[string, () => Response | Error]>([
  ['no answer', () => new Error('reset')],
  ['503', () => new Response('', { status: 503 })],
  ['500', () => new Response('', { status: 500 })],
  ['429', () => new Response('', { status: 429 })],
  ['401', () => new Response('', { status: 401 })],
])('after %s the same bytes go again, later and later, until they are stored', async (_what, failure) => {
  const tracker = open();
  respond = () => (sent.length < 5 ? failure() : ok());
  const ids = trackMany(tracker, 20);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(sent).toHaveLength(5);
  expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
  expect(sent[0]?.ids).toEqual(ids);
  const waits = sent.slice(1).map(({ atMs }, i) => atMs - (sent[i] as Sent).atMs);
  for (const [i, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(750 * 2 ** i);
    expect(wait).toBeLessThanOrEqual(1000 * 2 ** i);
  }
  expect([tracker.pending, tracker.dropped]).toEqual([0, 0]);
});

test('waits grow to a minute and no further, and Retry-After is kept to', async () => {
  const tracker = open();
  respond = () => new Error('down');
  trackMany(tracker, 20);
  await vi.advanceTimersByTimeAsync(600_000);
  const last = sent.slice(-2).map(({ atMs }) => atMs) as [number, number];
  expect(last[1] - last[0]).toBeLessThanOrEqual(60_000);
  const before = sent.length;
  respond = () => new Response('', { status: 503, headers: { 'retry-after': '300' } });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(before + 1);
  await vi.advanceTimersByTimeAsync(239_000);
  expect(sent).toHaveLength(before + 1);
  await vi.advanceTimersByTimeAsync(62_000);
  expect(sent).toHaveLength(before + 2);
});

test('what is tracked during a retry waits with it and keeps its order', async () => {
  const tracker = open();
  respond = () => new Error('down');
  const ids = trackMany(tracker, 20);
  await vi.advanceTimersByTimeAsync(10);
  ids.push(...trackMany(tracker, 40));
  respond = ok;
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent).toHaveLength(2);
  expect(sent[1]?.ids).toEqual(ids);
});

test('one request is under way at a time', async () => {
  let answer: (response: Response) => void = () => undefined;
  respond = () => new Promise((resolve) => (answer = resolve));
  const tracker = open();
  trackMany(tracker, 20);
  trackMany(tracker, 20);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(sent).toHaveLength(1);
  respond = ok;
  answer(ok());
  await vi.advanceTimersByTimeAsync(0);
  expect(sent.map(({ ids }) => ids.length)).toEqual([20, 20]);
  expect(tracker.pending).toBe(0);
});

test('an event that the server refuses is found and given up; the others are stored', async () => {
  const given: [string[], string][] = [];
  const tracker = open({ onDrop: (events, reason) => given.push([events.map(({ item_id }) => item_id), reason]) });
  const stored = new Set<string>();
  respond = ({ ids, body }) => {
    if (body.includes('"bad"')) return new Response('no such thing', { status: 400 });
    for (const id of ids) stored.add(id);
    return ok();
  };
  const ids = [...trackMany(tracker, 7), tracker.track(view('bad')), ...trackMany(tracker, 12)];
  await vi.advanceTimersByTimeAsync(0);
  expect(given).toEqual([[['bad'], '400 no such thing']]);
  expect([...stored].sort()).toEqual(ids.filter((_, i) => i !== 7).sort());
  expect([tracker.pending, tracker.dropped]).toEqual([0, 1]);
});

test('so many are kept and no more: the oldest go', async () => {
  const gone: string[] = [];
  const tracker = open({ mostKept: 30, onDrop: (events) => gone.push(...events.map(({ item_id }) => item_id)) });
  respond = () => new Error('down');
  for (let i = 0; i < 50; i++) tracker.track(view(`i${i}`));
  await vi.advanceTimersByTimeAsync(0);
  expect(gone).toEqual(Array.from({ length: 20 }, (_, i) => `i${i}`));
  expect([tracker.pending, tracker.dropped]).toEqual([30, 20]);
});

test('close sends what waits, tries again as long as it may, and tells what is left', async () => {
  const tracker = open();
  trackMany(tracker, 3);
  respond = () => (sent.length < 2 ? new Error('reset') : ok());
  const closed = tracker.close();
  await vi.advanceTimersByTimeAsync(5000);
  expect(await closed).toBe(0);
  expect(sent.map(({ ids }) => ids.length)).toEqual([3, 3]);
  expect(() => tracker.track(view('late'))).toThrow(/closed/);

  const other = open();
  trackMany(other, 3);
  respond = () => new Error('down');
  const given = other.close(2000);
  await vi.advanceTimersByTimeAsync(3000);
  expect(await given).toBe(3);
  const before = sent.length;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(sent).toHaveLength(before);
});

describe('on a page', () => {
  let listeners: Map<string, () => void>;
  let page: { visibilityState: string };
  const listen = (type: string, listener: () => void): void => void listeners.set(type, listener);
  const forget = (type: string): void => void listeners.delete(type);

  beforeEach(() => {
    listeners = new Map();
    page = { visibilityState: 'visible' };
    vi.stubGlobal('document', Object.assign(page, { addEventListener: listen, removeEventListener: forget }));
    vi.stubGlobal('addEventListener', listen);
    vi.stubGlobal('removeEventListener', forget);
  });

  test('what waits leaves at once when the page is hidden, and is not sent again once that was answered', async () => {
    const tracker = open();
    const ids = trackMany(tracker, 3);
    listeners.get('visibilitychange')?.();
    expect(sent).toEqual([]);
    page.visibilityState = 'hidden';
    listeners.get('visibilitychange')?.();
    expect(sent).toMatchObject([{ ids, keepalive: true }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(1);
    expect(tracker.pending).toBe(0);
  });

  test('a page that comes back after its last request was lost sends the same ids again', async () => {
    const tracker = open();
    const ids = trackMany(tracker, 3);
    respond = () => new Error('gone');
    listeners.get('pagehide')?.();
    await vi.advanceTimersByTimeAsync(10);
    respond = ok;
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent.map((request) => request.ids)).toEqual([ids, ids]);
    expect(sent[1]?.body).toBe(sent[0]?.body);
  });

  test('no more leaves than a browser lets leave', () => {
    const tracker = open({ mostKept: 5000, flushAt: 5000 });
    for (let i = 0; i < 3000; i++) tracker.track({ ...view(`i${i}`), context: { text: 'ü'.repeat(50) } });
    listeners.get('pagehide')?.();
    expect(sent).toHaveLength(1);
    expect(Buffer.byteLength(sent[0]?.body as string)).toBeLessThanOrEqual(64 * 1024);
    expect(sent[0]?.ids.length).toBeGreaterThan(50);
  });

  test('a beacon takes them where fetch has no keepalive, and no key is needed', async () => {
    const beacons: { url: string; data: Blob }[] = [];
    vi.stubGlobal('Request', class {});
    vi.stubGlobal('navigator', { sendBeacon: (url: string, data: Blob) => beacons.push({ url, data }) });
    const tracker = open();
    const ids = trackMany(tracker, 2);
    listeners.get('pagehide')?.();
    expect(sent).toEqual([]);
    expect(beacons.map(({ url, data }) => [url, data.type])).toEqual([['http://server/api/track', 'application/json']]);
    const texts = await Promise.all(beacons.map(({ data }) => data.text()));
    const { events } = JSON.parse(texts.join()) as { events: TrackedEvent[] };
    expect(events.map(({ event_id }) => event_id)).toEqual(ids);
    // Nobody says whether it arrived: the same ids go again if the page lives on.
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toMatchObject([{ ids }]);
  });

  test('a closed tracker hears of the page no more', async () => {
    await open().close();
    expect([...listeners.keys()]).toEqual([]);
  });
});
