import { describe, expect, test, vi } from 'vitest';
import { createFeedLists } from '../../../engine/serving/feed-lists.ts';
import { createListCache } from '../../../engine/serving/list-cache.ts';
import { cachedMs, createLists, type ListOptions } from '../../../engine/serving/lists.ts';
import type { ListRequest, RecommendedList, Recommender } from '../../../engine/serving/recommender.ts';
import { viewsOf } from './ask.ts';

/** Counts how often it is asked, and tells in the items. */
function counting() {
  let calls = 0;
  let degraded = false;
  const recommender = {
    recommend: ({ k }: ListRequest): RecommendedList => {
      calls += 1;
      const items = Array.from({ length: k }, (_, at) => ({ item_id: `i${at}`, score: calls, rank: at + 1 }));
      return { source: 'ranker', basis: 'user', items, ...(degraded ? { degraded: 'ranker_slow' as const } : {}) };
    },
  } as unknown as Recommender;
  let now = 0;
  let had: string[] = [];
  let current = recommender;
  const lists = createLists({ current: () => current, eventsOf: () => viewsOf(had), now: () => now });
  return {
    lists,
    calls: () => calls,
    pass: (ms: number) => {
      now += ms;
    },
    receive: () => {
      had = [...had, 'x'];
    },
    degrade: (on: boolean) => {
      degraded = on;
    },
    swap: () => {
      current = { ...recommender } as Recommender;
      lists.changed();
    },
    before: () => current,
    make: (options: Partial<ListOptions> = {}, fresh = false, by = current) =>
      lists.make(by, { userId: 'u', k: 10, ...options }, { events: viewsOf(had), fresh, deadline: { atMs: 1 } }),
  };
}

describe('a list is found again', () => {
  test('for the same user and parameters, as long as it may', () => {
    const { make, pass, calls } = counting();
    expect([make().cached, make().cached]).toEqual([false, true]);
    expect(make({ userId: 'other' }).cached).toBe(false);
    pass(cachedMs - 1);
    expect(make().cached).toBe(true);
    pass(1);
    expect(make().cached).toBe(false);
    expect(calls()).toBe(3);
  });

  test.each<[string, Partial<ListOptions>]>([
    ['a filter', { filter: 'price<3' }],
    ['items left out', { exclude: ['i1'] }],
    ['a policy', { seen: ['like'] }],
    ['diversity', { diversity: 0.3 }],
    ['explanations', { explain: true }],
    ['more than are ranked', { k: 300 }],
  ])('not where %s differs, and again where it does not', (_what, options) => {
    const { make } = counting();
    make();
    expect([make(options).cached, make(options).cached]).toEqual([false, true]);
  });

  test('an event of the user ends it at once; another bundle ends all', () => {
    const { make, receive, swap } = counting();
    make();
    receive();
    expect([make().cached, make().cached]).toEqual([false, true]);
    swap();
    expect(make().cached).toBe(false);
  });

  test('not by who still works with the bundle before', () => {
    const { make, swap, before } = counting();
    const old = before();
    swap();
    make();
    expect(make({}, false, old).cached).toBe(false);
    expect(make().cached).toBe(true);
  });

  test('shorter ones are its beginning, longer ones are made', () => {
    const { make, calls } = counting();
    make({ k: 20 });
    const { cached, list, itemsText } = make({ k: 5 });
    expect([cached, list.items.length, JSON.parse(itemsText)]).toEqual([true, 5, list.items]);
    expect(make({ k: 21 }).cached).toBe(false);
    expect(calls()).toBe(2);
  });

  test('not where it is wanted fresh, was made in a hurry, or belongs to a session', () => {
    const { make, degrade } = counting();
    make();
    expect(make({}, true).cached).toBe(false);
    degrade(true);
    expect([make({ userId: 'd' }).cached, make({ userId: 'd' }).cached]).toEqual([false, false]);
    degrade(false);
    const session = { items: ['i1'] };
    expect([make(session).cached, make(session).cached]).toEqual([false, false]);
  });
});

test('lists made ahead are found, expire, and are made again for another bundle', async () => {
  const { lists, make, pass, swap, calls } = counting();
  await lists.precompute(['a', 'b', 'c'], 50, 3600);
  expect(lists.figures()).toMatchObject({ precomputed: 3, precomputing: 0 });
  pass(cachedMs + 1);
  expect(make({ userId: 'a' }).cached).toBe(true);
  swap();
  await vi.waitFor(() => expect(lists.figures().precomputed).toBe(3));
  expect(make({ userId: 'b' }).cached).toBe(true);
  pass(3_600_000);
  expect(make({ userId: 'b' }).cached).toBe(false);
  expect(calls()).toBe(7);
});

test('a longer or fresh list does not take the place of one made ahead, and one that is too short is no hit', async () => {
  const { lists, make, pass } = counting();
  await lists.precompute(['a'], 10, 3600);
  expect(make({ userId: 'a', k: 20 }).cached).toBe(false);
  expect(make({ userId: 'a' }, true).cached).toBe(false);
  expect(lists.figures()).toMatchObject({ precomputed: 1, hits: 0, misses: 1 });
  pass(cachedMs + 1);
  expect([make({ userId: 'a' }).cached, lists.figures().hits]).toEqual([true, 1]);
});

test('batches of lists are made one after the other, and are not without bound', async () => {
  const { lists } = counting();
  for (let i = 0; i < 32; i++) await lists.precompute([`u${i}`], 5, 3600);
  expect(lists.figures().precomputed).toBe(32);
  expect(() => lists.precompute(['one more'], 5, 3600)).toThrow(/32 batches/);
});

test('what is over is swept away, and what is least used goes where memory is short', () => {
  const cache = createListCache(2000);
  const cached = { list: { source: 'ranker' as const, basis: 'user' as const, items: [] }, itemsText: '[]' };
  cache.keep('a', 0, cached, 100);
  cache.keep('b', 0, cached, 200);
  cache.sweep(100);
  expect(cache.figures()).toMatchObject({ entries: 1, expired: 1 });
  for (const key of ['c', 'd', 'e', 'f']) {
    cache.keep(key, 0, cached, 1000);
    cache.find('b', 0, 0);
  }
  expect([cache.find('b', 0, 0), cache.find('c', 0, 0)]).toEqual([expect.anything(), null]);
  expect(cache.stale('b')).not.toBeNull();
});

describe('a feed', () => {
  const list = (version: string, length = 25) => ({
    source: 'ranker' as const,
    basis: 'user' as const,
    cached: false,
    modelVersion: version,
    assignment: null,
    items: Array.from({ length }, (_, at) => ({ item_id: `${version}-${at}`, score: 1, rank: at + 1 })),
  });
  const ask = (cursor?: string, more = {}) => ({ userId: 'u', filter: undefined, exclude: [], cursor, limit: 10, ...more });

  test('goes page by page through one list, whatever is served meanwhile, and a page can be read again', () => {
    const feeds = createFeedLists();
    const first = feeds.page(ask(), 0, () => list('v1'));
    const second = feeds.page(ask(first.nextCursor as string), 1, () => list('v2'));
    const again = feeds.page(ask(first.nextCursor as string), 2, () => list('v2'));
    const third = feeds.page(ask(second.nextCursor as string), 3, () => list('v2'));
    expect([...first.items, ...second.items, ...third.items]).toEqual(list('v1').items);
    expect(again).toEqual(second);
    expect([third.nextCursor, third.modelVersion]).toEqual([null, 'v1']);
  });

  test('leaves out what any page leaves out, and fills the page all the same', () => {
    const feeds = createFeedLists();
    const first = feeds.page(ask(), 0, () => list('v1'));
    const second = feeds.page(ask(first.nextCursor as string, { exclude: ['v1-10', 'v1-12'] }), 1, () => list('v2'));
    expect(second.items.map(({ item_id: id }) => id)).toEqual([11, 13, 14, 15, 16, 17, 18, 19, 20, 21].map((at) => `v1-${at}`));
    const third = feeds.page(ask(second.nextCursor as string), 2, () => list('v2'));
    expect(third.items.map(({ item_id: id }) => id)).toEqual(['v1-22', 'v1-23', 'v1-24']);
  });

  test.each([
    ['one that was never given', 'AAAAAAAAAAAAAAAA.10', {}],
    ['nonsense', '../etc/passwd', {}],
    ['of another user', undefined, { userId: 'other' }],
    ['of another filter', undefined, { filter: 'price<3' }],
  ])('a cursor that is %s starts a new list, and says so', (_what, given, more) => {
    const feeds = createFeedLists();
    const cursor = given ?? (feeds.page(ask(), 0, () => list('v1')).nextCursor as string);
    const page = feeds.page(ask(cursor, more), 1, () => list('v2'));
    expect([page.restarted, page.items[0]?.item_id]).toEqual([true, 'v2-0']);
  });

  test('a cursor that is too old starts a new list', () => {
    const feeds = createFeedLists();
    const { nextCursor } = feeds.page(ask(), 0, () => list('v1'));
    expect(feeds.page(ask(nextCursor as string), 16 * 60_000, () => list('v2')).restarted).toBe(true);
  });
});
