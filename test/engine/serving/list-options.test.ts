import { describe, expect, test } from 'vitest';
import type { LoadedBundle } from '../../../engine/bundles/contents.ts';
import { loadRankingFeatures } from '../../../engine/features/ranking-features.ts';
import { denseNetworkFrom } from '../../../engine/math/dense.ts';
import { createScanIndex, type ScanIndex } from '../../../engine/retrieval/scan-index.ts';
import { createCandidateScorer } from '../../../engine/serving/candidate-scorer.ts';
import { withSpareRows } from '../../../engine/serving/people.ts';
import { createRecommender, type Recommender, type RecommenderParts } from '../../../engine/serving/recommender.ts';
import { createStageClock } from '../../../engine/serving/stage-clock.ts';
import { sampleContents } from '../bundles/sample-contents.ts';
import { ask, meanFoldIn, viewsOf } from './ask.ts';

const contents = sampleContents({ users: 30, items: 300 });
const bundle = withSpareRows({ ...contents, ranker: contents.ranker?.arrays ?? null, folder: '', manifest: {} } as unknown as LoadedBundle);
const scan = createScanIndex(contents.itemEmbeddings) as ScanIndex;
const rowsOf = (ids: readonly string[]) => new Map(ids.map((id, row) => [id, row]));
const numbers = (items: readonly { item_id: string }[]) => items.map(({ item_id: id }) => Number(id.slice(1)));

function recommender(change: Partial<RecommenderParts> = {}): Recommender {
  const features = loadRankingFeatures(bundle.ranker ?? {}, bundle);
  const ranker = { features, scorer: createCandidateScorer(denseNetworkFrom(bundle.ranker ?? {}), features, bundle) };
  const rows = { userRows: rowsOf(contents.userIds), itemRows: rowsOf(contents.itemIds) };
  return createRecommender({ bundle, ...rows, index: scan, scan, ranker, foldIn: meanFoldIn(bundle), ...change });
}
const retrieval = () => recommender({ ranker: null });

describe('filters', () => {
  test('k items are found wherever k pass, and they are the best of those', () => {
    const all = numbers(ask(retrieval(), 'u4', 298).items);
    const filtered = numbers(ask(retrieval(), 'u4', 10, [], 0, { filter: 'price>=200 AND category:odd' }).items);
    expect(filtered).toEqual(all.filter((row) => row >= 200 && row % 2 === 1).slice(0, 10));
  });

  test('where few pass, all of them come; where none, the list is empty', () => {
    expect(numbers(ask(recommender(), 'u4', 10, [], 0, { filter: 'price IN (7, 8, 9)' }).items).sort()).toEqual([7, 8, 9]);
    expect(ask(recommender(), 'u4', 10, [], 0, { filter: 'price>1000' }).items).toEqual([]);
    expect(numbers(ask(recommender(), 'stranger', 3, [], 0, { filter: 'category:odd' }).items)).toEqual([1, 3, 5]);
  });

  test('a graph, which cannot leave anything out, gives the same', () => {
    const graph = {
      kind: 'exact' as const,
      settings: scan.settings,
      size: 300,
      dimensions: 8,
      search: scan.search,
      dispose: () => undefined,
    };
    for (const filter of ['category:odd', 'price<20']) {
      const expected = ask(retrieval(), 'u4', 10, [], 0, { filter }).items;
      expect(ask(recommender({ ranker: null, index: graph }), 'u4', 10, [], 0, { filter }).items).toEqual(expected);
      expect(ask(recommender({ ranker: null, index: graph, scan: null }), 'u4', 10, [], 0, { filter }).items).toEqual(expected);
    }
  });

  test('similar items are filtered, too', () => {
    const near = recommender().similar('i7', 5, { filter: 'category:even', exclude: ['i8'] }) ?? [];
    const rows = numbers(near);
    expect(rows.every((row) => row % 2 === 0 && row !== 8)).toBe(true);
    expect(rows).toHaveLength(5);
  });
});

describe('what the user has had', () => {
  // User 4 viewed item 4 and liked item 5 in training.
  test.each([
    [undefined, [4, 5]],
    ['all' as const, [4, 5]],
    ['none' as const, []],
    [['view'], [4]],
    [['like'], [5]],
    [
      ['like', 'view'],
      [4, 5],
    ],
    [['purchase'], []],
  ])('left out by %j: %j', (seen, out) => {
    const rows = numbers(ask(retrieval(), 'u4', 300, [], 0, { seen }).items);
    expect([4, 5].filter((row) => !rows.includes(row))).toEqual(out);
  });

  test('what was received counts by its type', () => {
    const events = viewsOf(['i9'], 0, 'u4', 'like');
    const had = (seen: string[]) => !numbers(ask(retrieval(), 'u4', 300, [], 0, { seen, events }).items).includes(9);
    expect([had(['like']), had(['view'])]).toEqual([true, false]);
  });

  test('what the request leaves out is left out whatever the policy', () => {
    expect(numbers(ask(retrieval(), 'u4', 300, [], 0, { seen: 'none', exclude: ['i9', 'nothing'] }).items)).not.toContain(9);
  });
});

describe('somebody whom training did not know', () => {
  const cosine = (row: number, other: number) => {
    const vector = (at: number) => contents.itemEmbeddings.data.subarray(at * 8, at * 8 + 8);
    const [a, b] = [vector(row), vector(other)];
    return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0) / Math.hypot(...a) / Math.hypot(...b);
  };

  test('gets what is like the items of the session, which are left out', () => {
    const list = ask(retrieval(), 'stranger', 5, [], 0, { items: ['i10'] });
    expect([list.source, list.basis]).toEqual(['retrieval', 'items']);
    expect(numbers(list.items)).not.toContain(10);
    const query = contents.itemEmbeddings.data.subarray(80, 88);
    const expected = [...scan.searchWithout(query, 5, { rows: [10], allowed: null }).rows];
    expect(numbers(list.items)).toEqual(expected);
    expect(ask(recommender(), 'stranger', 5, [], 0, { items: ['i10'] }).source).toBe('ranker');
  });

  test('is folded in by the first event, within the next request, and again by the next', () => {
    const made = retrieval();
    const first = ask(made, 'new', 10, ['i10']);
    expect(first.basis).toBe('events');
    expect(numbers(first.items)).toEqual(numbers(ask(retrieval(), 'other', 10, [], 0, { items: ['i10'] }).items));
    const second = ask(made, 'new', 10, ['i10', 'i20']);
    expect(numbers(second.items)).toEqual(numbers(ask(retrieval(), 'other', 10, [], 0, { items: ['i10', 'i20'] }).items));
    expect(numbers(second.items)).not.toEqual(numbers(first.items));
  });

  test('keeps their taste through any number of items that the bundle does not know', () => {
    const known = ask(retrieval(), 'new', 10, ['i10', 'i11']).items;
    const unknown = Array.from({ length: 60 }, (_, at) => `strange-${at}`);
    const list = ask(retrieval(), 'new', 10, ['i10', 'i11', ...unknown]);
    expect(list.basis).toBe('events');
    expect(numbers(list.items)).toEqual(numbers(known));
  });

  test('is counted where they are served, also with a row of the bundle that has no vector', () => {
    const strange = { ...bundle, known: bundle.known.slice() };
    strange.known[4] = 0;
    const features = loadRankingFeatures(bundle.ranker ?? {}, strange);
    const ranker = { features, scorer: createCandidateScorer(denseNetworkFrom(bundle.ranker ?? {}), features, strange) };
    const made = recommender({ bundle: strange, ranker });
    expect(ask(made, 'u4', 5, ['i10']).basis).toBe('events');
    const [event] = viewsOf(['i77'], 5, 'u4').newest(1);
    made.observe(event as NonNullable<typeof event>, 1);
    const rows = Array.from({ length: bundle.userEmbeddings.rows }, (_, row) => row).filter((row) =>
      features.recentItems(row).includes(77),
    );
    expect(rows).toEqual([30]);
  });

  test('does not disturb others, however many come', () => {
    const made = recommender();
    const before = ask(made, 'u4', 10).items;
    const one = ask(made, 'new-0', 10, ['i10']).items;
    for (let i = 1; i <= 5000; i++) ask(made, `new-${i}`, 1, [`i${i % 300}`]);
    expect(ask(made, 'u4', 10).items).toEqual(before);
    // Their row went to somebody else meanwhile; they get another one.
    expect(ask(made, 'new-0', 10, ['i10']).items).toEqual(one);
  });

  test('starts from others with the same attributes', () => {
    const list = ask(retrieval(), 'stranger', 5, [], 0, { attributes: { segment: 's1', unknown: 3 } });
    expect(list.basis).toBe('attributes');
    const mean = new Float32Array(8);
    const rows = Array.from({ length: 30 }, (_, row) => row).filter((row) => row % 3 === 1);
    for (const row of rows)
      for (let i = 0; i < 8; i++) mean[i] = (mean[i] as number) + (contents.userEmbeddings.data[row * 8 + i] as number) / rows.length;
    expect(numbers(list.items)).toEqual([...scan.search(mean, 5).rows]);
    expect(ask(retrieval(), 'stranger', 5, [], 0, { attributes: { segment: 'nobody has it' } })).toMatchObject({
      source: 'popularity',
      basis: 'nothing',
    });
    expect(ask(retrieval(), 'stranger', 5, [], 0, { attributes: JSON.parse('{"__proto__": "x"}') })).toMatchObject({ basis: 'nothing' });
  });

  test('items that are near are explained as such', () => {
    const list = ask(recommender(), 'stranger', 3, [], 0, { items: ['i10', 'i15'], explain: true });
    for (const { item_id: id, explanation } of list.items) {
      const row = Number(id.slice(1));
      for (const { item_id: other, similarity } of explanation?.because ?? []) {
        expect(['i10', 'i15']).toContain(other);
        expect(similarity).toBeCloseTo(cosine(row, Number(other.slice(1))), 5);
      }
      const even = explanation?.because.some(({ item_id: other }) => other === 'i10') && row % 2 === 0;
      if (even) expect(explanation?.shared.category).toEqual(['even']);
    }
  });
});

test('who has had nothing is told so', () => {
  const [item] = ask(recommender(), 'stranger', 1, [], 0, { explain: true }).items;
  expect(item?.explanation).toEqual({ because: [], shared: {}, text: 'Popular with everybody.' });
});

test('diversity lowers the likeness within a list, and keeps the best item first', () => {
  const unit = (row: number) => {
    const vector = contents.itemEmbeddings.data.subarray(row * 8, row * 8 + 8);
    return vector.map((value) => value / Math.hypot(...vector));
  };
  const likeness = (rows: number[]) => {
    let [sum, pairs] = [0, 0];
    for (const [at, a] of rows.entries())
      for (const b of rows.slice(0, at))
        [sum, pairs] = [sum + unit(a).reduce((dot, value, i) => dot + value * (unit(b)[i] as number), 0), pairs + 1];
    return sum / pairs;
  };
  const [plain, varied] = [0, 0.6].map((diversity) => numbers(ask(retrieval(), 'u4', 10, [], 0, { diversity }).items)) as [
    number[],
    number[],
  ];
  expect(varied[0]).toBe(plain[0]);
  expect(likeness(varied)).toBeLessThan(likeness(plain) - 0.1);
  const popular = [0, 0.6].map((diversity) => numbers(ask(retrieval(), 'stranger', 10, [], 0, { diversity }).items)) as [
    number[],
    number[],
  ];
  expect(popular[0]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(likeness(popular[1])).toBeLessThan(likeness(popular[0]));
});

describe('given candidates', () => {
  test('are ranked, those that were had included, and nothing else', () => {
    const candidates = ['i4', 'i40', 'nothing', 'i50', 'i40'];
    const { source, items } = ask(recommender(), 'u4', 10, [], 0, { candidates });
    expect(source).toBe('ranker');
    expect(numbers(items).sort((a, b) => a - b)).toEqual([4, 40, 50]);
    const scores = items.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test('of a stranger come by popularity', () => {
    expect(numbers(ask(recommender(), 'stranger', 2, [], 0, { candidates: ['i50', 'i40', 'i60'] }).items)).toEqual([40, 50]);
  });
});

describe('degradation', () => {
  const slow = (slowStages: Record<string, number>) => {
    let now = 0;
    const clock = createStageClock(() => now);
    return {
      clock: {
        run: <T>(stage: string, deadline: { atMs: number }, work: () => T) =>
          clock.run(stage, deadline, () => {
            now += slowStages[stage] ?? 0;
            return work();
          }),
      },
      now: () => now,
    };
  };
  const within = (made: Recommender, now: () => number, more = {}) =>
    ask(made, 'u4', 5, [], 0, { deadline: { atMs: now() + 300 }, ...more });

  test('a slow ranker is stepped over from the second request on', () => {
    const { clock, now } = slow({ ranker: 5000 });
    const made = recommender({ clock });
    within(made, now);
    expect(within(made, now)).toMatchObject({ source: 'retrieval', degraded: 'ranker_slow' });
  });

  test('a slow search: the list made before, else what is popular', () => {
    const { clock, now } = slow({ retrieval: 5000 });
    const made = recommender({ clock });
    within(made, now);
    expect(within(made, now)).toMatchObject({ source: 'popularity', degraded: 'retrieval_slow' });
    const stale = () => [{ item_id: 'i1', score: 1, rank: 1 }];
    expect(within(made, now, { stale })).toMatchObject({ source: 'cached', degraded: 'retrieval_slow', items: stale() });
    // What they have had since is no longer in it; where nothing is left, what is popular.
    const more = () => [...stale(), { item_id: 'i2', score: 0.5, rank: 2 }];
    const after = within(made, now, { stale: more, events: viewsOf(['i1'], 0, 'u4') });
    expect(after).toMatchObject({ source: 'cached', items: [{ item_id: 'i2', rank: 1 }] });
    expect(within(made, now, { stale, events: viewsOf(['i1'], 0, 'u4') }).source).toBe('popularity');
  });

  test('when even counting fails, chance answers, the same for the same user', () => {
    const broken = {
      run: <T>(stage: string, _deadline: unknown, work: () => T) =>
        stage === 'popularity' ? { failed: new Error('broken') } : { done: work() },
    };
    const made = recommender({ clock: broken });
    const list = ask(made, 'stranger', 5, [], 0, { filter: 'category:odd' });
    expect(list).toMatchObject({ source: 'random', degraded: 'popularity_failed' });
    expect(new Set(numbers(list.items)).size).toBe(5);
    expect(numbers(list.items).every((row) => row % 2 === 1)).toBe(true);
    expect(ask(made, 'stranger', 5, [], 0, { filter: 'category:odd' })).toEqual(list);
  });
});
