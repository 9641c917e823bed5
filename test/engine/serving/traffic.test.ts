import { describe, expect, test } from 'vitest';
import { ServerTraffic } from '#contract/server';
import type { Answered } from '../../../engine/serving/door.ts';
import { createTrafficFeed } from '../../../engine/serving/traffic.ts';

const start = Date.UTC(2026, 0, 1);

function feed() {
  let nowMs = 0;
  const traffic = createTrafficFeed({ now: () => nowMs, wall: () => start + nowMs });
  const answer = (change: Partial<Answered> = {}): void =>
    traffic.record({
      requestId: 'r',
      route: 'recommend',
      method: 'GET',
      target: '/recommend/u1',
      status: 200,
      durationMs: 1,
      identity: { name: 'open', role: 'admin', keyId: null },
      ...change,
    });
  return {
    traffic,
    answer,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('requests', () => {
  test('are kept only while somebody looks, which lapses ten seconds after the last look', () => {
    const { traffic, answer, pass } = feed();
    answer();
    expect(traffic.watched()).toBe(false);
    expect(traffic.look(0).requests).toEqual([]);
    answer({ requestId: 'seen', sent: '{"a":1}', answer: '{"b":2}' });
    pass(9_999);
    expect(traffic.watched()).toBe(true);
    expect(traffic.look(0).requests).toMatchObject([
      { sequence: 1, requestId: 'seen', sent: '{"a":1}', answer: '{"b":2}', caller: 'open' },
    ]);
    pass(10_000);
    expect(traffic.watched()).toBe(false);
    answer();
    expect(traffic.look(0)).toMatchObject({ requests: [], lastSequence: 1, missed: 0 });
  });

  test('come once each, and those that came too fast are counted', () => {
    const { traffic, answer } = feed();
    traffic.look(0);
    for (let i = 0; i < 3; i++) answer();
    expect(traffic.look(1).requests.map(({ sequence }) => sequence)).toEqual([2, 3]);
    for (let i = 0; i < 700; i++) answer();
    const { requests, lastSequence, missed } = traffic.look(3);
    expect([requests.length, requests[0]?.sequence, requests.at(-1)?.sequence]).toEqual([500, 204, 703]);
    expect([lastSequence, missed]).toEqual([703, 200]);
    // A server that was started again counts from 1.
    const again = traffic.look(9999);
    expect([again.missed, again.requests.length]).toEqual([0, 500]);
  });

  test('bodies are cut to what can be looked at', () => {
    const { traffic, answer } = feed();
    traffic.look(0);
    answer({ sent: 'é'.repeat(5000), answer: 'x'.repeat(20_000), target: `/${'t'.repeat(9000)}` });
    const [request] = traffic.look(0).requests;
    expect(request?.sent).toBe(`${'é'.repeat(4096)}…`);
    expect(request?.answer).toBe(`${'x'.repeat(16_384)}…`);
    expect(request?.target.length).toBe(2001);
  });

  test.each(['token', 'refresh', 'revoke', 'createKey'])('of the route %s no body is kept', (route) => {
    const { traffic, answer } = feed();
    traffic.look(0);
    answer({ route, sent: '{"api_key":"secret"}', answer: '{"access_token":"secret"}' });
    expect(JSON.stringify(traffic.look(0))).not.toContain('secret');
  });
});

describe('seconds', () => {
  test('count requests, errors, sources and percentiles, whether or not somebody looks', () => {
    const { traffic, answer, pass } = feed();
    for (let i = 0; i < 98; i++) answer({ durationMs: 2, source: 'ranker' });
    answer({ durationMs: 50, source: 'cache' });
    answer({ durationMs: 100, status: 503, source: 'not a source' });
    answer({ durationMs: 2, status: 501 });
    pass(1000);
    answer({ durationMs: 2, status: 404 });
    const { seconds } = ServerTraffic.parse(traffic.look(0));
    expect(seconds.map(({ timeMs, requests, errors, sources }) => ({ timeMs, requests, errors, sources }))).toEqual([
      { timeMs: start, requests: 101, errors: 1, sources: { ranker: 98, cache: 1 } },
      { timeMs: start + 1000, requests: 1, errors: 0, sources: {} },
    ]);
    const near = (value: number | null | undefined, expected: number) =>
      expect(Math.abs((value ?? 0) - expected) / expected).toBeLessThan(0.08);
    near(seconds[0]?.p50Ms, 2);
    near(seconds[0]?.p95Ms, 2);
    near(seconds[0]?.p99Ms, 50);
  });

  test('older than ten minutes are gone, and their places are used again', () => {
    const { traffic, answer, pass } = feed();
    answer({ source: 'ranker' });
    pass(599_000);
    expect(traffic.look(0).seconds).toHaveLength(1);
    pass(1000);
    expect(traffic.look(0).seconds).toHaveLength(0);
    answer({ source: 'popularity' });
    expect(traffic.look(0).seconds).toMatchObject([{ timeMs: start + 600_000, requests: 1, sources: { popularity: 1 } }]);
  });
});

test('a request costs less than three microseconds while nobody looks', () => {
  const traffic = createTrafficFeed();
  const answered: Answered = {
    requestId: 'r',
    route: 'recommend',
    method: 'GET',
    target: '/',
    status: 200,
    durationMs: 1.5,
    identity: null,
    source: 'ranker',
  };
  const rounds = Array.from({ length: 5 }, () => {
    const before = performance.now();
    for (let i = 0; i < 50_000; i++) traffic.record(answered);
    return ((performance.now() - before) * 1000) / 50_000;
  });
  expect(Math.min(...rounds)).toBeLessThan(3);
});
