import { expect, test } from 'vitest';
import type { ServedRequest } from '#contract/server';
import {
  addTraffic,
  anyRequest,
  clockText,
  emptyLog,
  isFiltered,
  keptRequests,
  repeatsAChange,
  routesSeen,
  routeText,
  shownRequests,
  sourceText,
  wholeBody,
  whyNotAgain,
} from '../../../../renderer/views/serve/requests/request-log.ts';

const request = (sequence: number, more: Partial<ServedRequest> = {}): ServedRequest => ({
  sequence,
  requestId: `q-${sequence}`,
  time: '2026-01-02T03:04:05.678Z',
  method: 'GET',
  target: `/recommend/u-${sequence}`,
  route: 'recommend',
  status: 200,
  durationMs: 1,
  source: 'ranker',
  degraded: null,
  caller: 'open',
  sent: null,
  answer: '{}',
  ...more,
});
const traffic = (requests: ServedRequest[], missed = 0) => ({
  requests,
  lastSequence: requests.at(-1)?.sequence ?? 0,
  missed,
  seconds: [],
});

test('what comes is added once, and what was missed is summed', () => {
  const first = addTraffic(emptyLog, traffic([request(1), request(2)], 3));
  const again = addTraffic(first, traffic([request(2), request(3)], 4));
  expect(again.requests.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  expect(again).toMatchObject({ lastSequence: 3, missed: 7 });
  // Nothing new leaves the list as it is, and the place to go on from.
  expect(addTraffic(again, traffic([])).requests).toBe(again.requests);
  expect(addTraffic(again, traffic([])).lastSequence).toBe(3);
});

test('the oldest go when there are more than are kept', () => {
  const many = Array.from({ length: keptRequests + 10 }, (_, at) => request(at + 1));
  const log = addTraffic(emptyLog, traffic(many));
  expect(log.requests).toHaveLength(keptRequests);
  expect(log.requests[0]?.sequence).toBe(11);
});

test('filters by words, route and status, newest first', () => {
  const list = [
    request(1),
    request(2, { target: '/similar/i-9', route: 'similar', status: 404, source: null }),
    request(3, { caller: 'Shop website', status: 503 }),
  ];
  const found = (change: Partial<typeof anyRequest>) => shownRequests(list, { ...anyRequest, ...change }).map(({ sequence }) => sequence);
  expect(found({})).toEqual([3, 2, 1]);
  expect(found({ text: 'shop' })).toEqual([3]);
  expect(found({ text: 'q-2' })).toEqual([2]);
  expect(found({ route: 'similar' })).toEqual([2]);
  expect(found({ status: 'errors' })).toEqual([3, 2]);
  expect(found({ status: '4xx' })).toEqual([2]);
  expect(found({ status: '5xx', text: '/similar' })).toEqual([]);
  expect(found({ status: 'good' })).toEqual([1]);
  expect(isFiltered(anyRequest)).toBe(false);
  expect(isFiltered({ ...anyRequest, text: ' ' })).toBe(false);
  expect(routesSeen(list, 'feed')).toEqual(['feed', 'recommend', 'similar']);
});

test('only what changes something asks before it is sent again', () => {
  expect(repeatsAChange({ method: 'GET', route: 'recommend' })).toBe(false);
  expect(repeatsAChange({ method: 'POST', route: 'suggest' })).toBe(false);
  expect(repeatsAChange({ method: 'POST', route: '/recommend/batch' })).toBe(false);
  expect(repeatsAChange({ method: 'POST', route: 'events' })).toBe(true);
  expect(repeatsAChange({ method: 'DELETE', route: 'revokeKey' })).toBe(true);
  expect(repeatsAChange({ method: 'POST', route: 'none' })).toBe(true);
});

test('a request whose body was cut is not sent again as something else', () => {
  const get = { method: 'GET', target: '/health', sent: null };
  const post = { method: 'POST', target: '/events' };
  expect(whyNotAgain(get)).toBeUndefined();
  expect(whyNotAgain({ ...post, sent: '{"user_id":"u"}' })).toBeUndefined();
  expect(whyNotAgain({ ...post, sent: '[{"user_id":"u"},{"us…' })).toContain('body was not kept whole');
  expect(whyNotAgain({ ...post, sent: '(not kept: it holds a key or a token)' })).toContain('body was not kept whole');
  expect(whyNotAgain({ ...get, target: '/recommend/u?exclude=a,b…' })).toContain('beginning of its address');
  expect(whyNotAgain({ ...get, method: 'HEAD' })).toContain('HEAD');
  expect(wholeBody({ sent: '{}' })).toBe('{}');
  expect(wholeBody({ sent: '{"a":…' })).toBeUndefined();
});

test('times, routes and sources in words', () => {
  expect(clockText('2026-01-02T03:04:05.678Z')).toMatch(/^\d\d:\d\d:05\.678$/);
  expect(routeText('recommend')).toBe('GET /recommend/{user_id}');
  expect(routeText('none')).toBe('none');
  expect(sourceText({ source: 'retrieval', degraded: 'ranker_slow' })).toBe('retrieval (ranker slow)');
  expect(sourceText({ source: null, degraded: null })).toBe('');
});
