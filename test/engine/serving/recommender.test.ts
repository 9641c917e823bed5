import { beforeAll, describe, expect, test } from 'vitest';
import type { BundleContents, LoadedBundle } from '../../../engine/bundles/contents.ts';
import { loadRankingFeatures } from '../../../engine/features/ranking-features.ts';
import { denseNetworkFrom, scoreDense } from '../../../engine/math/dense.ts';
import { createExactIndex } from '../../../engine/retrieval/exact-index.ts';
import type { VectorIndex } from '../../../engine/retrieval/vector-index.ts';
import { createCandidateScorer } from '../../../engine/serving/candidate-scorer.ts';
import { withSpareRows } from '../../../engine/serving/people.ts';
import { createRecommender, type Recommender, type RecommenderParts } from '../../../engine/serving/recommender.ts';
import { sampleContents } from '../bundles/sample-contents.ts';
import { ask, meanFoldIn } from './ask.ts';

const now = 1_700_100_000_000;
let index: VectorIndex;
const contents = sampleContents({ users: 30, items: 300 });

const rowsOf = (ids: readonly string[]) => new Map(ids.map((id, row) => [id, row]));

function recommender(change: Partial<RecommenderParts> & { contents?: BundleContents } = {}): Recommender {
  const packed = change.contents ?? contents;
  const bundle = withSpareRows({ ...packed, ranker: null, folder: '', manifest: {} } as unknown as LoadedBundle);
  const { contents: _, ...parts } = change;
  const rows = { userRows: rowsOf(packed.userIds), itemRows: rowsOf(packed.itemIds) };
  return createRecommender({ bundle, ...rows, index, scan: null, ranker: null, foldIn: meanFoldIn(packed), ...parts });
}

function rankerOf(packed: BundleContents) {
  const arrays = packed.ranker?.arrays ?? {};
  const features = loadRankingFeatures(arrays, packed);
  return {
    features,
    network: denseNetworkFrom(arrays),
    scorer: createCandidateScorer(denseNetworkFrom(arrays), features, packed),
  };
}

const dot = (userRow: number, itemRow: number) => {
  let sum = 0;
  for (let i = 0; i < 8; i++)
    sum += (contents.userEmbeddings.data[userRow * 8 + i] as number) * (contents.itemEmbeddings.data[itemRow * 8 + i] as number);
  return sum;
};

beforeAll(async () => {
  index = await createExactIndex(contents.itemEmbeddings);
});

test('retrieval gives the best dot products that the user has not had', () => {
  const { source, items } = ask(recommender(), 'u4', 10, ['i200'], now);
  expect(source).toBe('retrieval');
  // User 4 had items 4 and 5 in training, and 200 since.
  const expected = Array.from({ length: 300 }, (_, row) => row)
    .filter((row) => ![4, 5, 200].includes(row))
    .sort((a, b) => dot(4, b) - dot(4, a))
    .slice(0, 10);
  expect(items.map(({ item_id }) => item_id)).toEqual(expected.map((row) => `i${row}`));
  expect(items.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  items.forEach(({ score }, at) => {
    expect(score).toBeCloseTo(dot(4, expected[at] as number), 6);
  });
});

test('the ranker orders the 200 best candidates by its own score', () => {
  const { features, network, scorer } = rankerOf(contents);
  const { source, items } = ask(recommender({ ranker: { features, scorer } }), 'u4', 10, [], now);
  expect(source).toBe('ranker');
  const candidates = index
    .search(contents.userEmbeddings.data.slice(32, 40), 202)
    .rows.filter((row) => row !== 4 && row !== 5)
    .slice(0, 200);
  const rows = { rows: candidates.length, columns: features.width, data: new Float32Array(candidates.length * features.width) };
  candidates.forEach((row, at) => {
    features.write(4, row, now, rows.data, at * features.width);
  });
  const scores = scoreDense(network, rows);
  const best = [...candidates.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number)).slice(0, 10);
  expect(items.map(({ item_id }) => item_id)).toEqual([...best].map((at) => `i${candidates[at]}`));
  expect(items[0]?.score).toBeCloseTo(scores[best[0] as number] as number, 5);
});

test('an unknown user gets what is popular, less what the request leaves out', () => {
  const { source, items } = ask(recommender(), 'nobody', 3, ['no such item'], now, { exclude: ['i1'] });
  expect(source).toBe('popularity');
  expect(items).toEqual([
    { item_id: 'i0', score: 300, rank: 1 },
    { item_id: 'i2', score: 298, rank: 2 },
    { item_id: 'i3', score: 297, rank: 3 },
  ]);
});

test('k beyond the catalogue gives all that is left', () => {
  const ranked = rankerOf(contents);
  for (const made of [recommender(), recommender({ ranker: ranked })]) {
    const { items } = ask(made, 'u0', 500, [], now);
    expect(items).toHaveLength(298);
    expect(new Set(items.map(({ item_id }) => item_id)).size).toBe(298);
  }
});

test('equal scores come in the order of rows, every time', () => {
  const flat = { ...contents, popularity: new Float32Array(300).fill(5) };
  const ids = ask(recommender({ contents: flat }), 'nobody', 4, [], now).items.map(({ item_id }) => item_id);
  expect(ids).toEqual(['i0', 'i1', 'i2', 'i3']);
  const constant = {
    features: rankerOf(contents).features,
    scorer: { score: (_user: number, rows: ArrayLike<number>) => new Float32Array(rows.length).fill(0.5) },
  };
  const tied = ask(recommender({ ranker: constant }), 'u4', 200, [], now).items.map(({ item_id }) => Number(item_id.slice(1)));
  expect(tied).toEqual([...tied].sort((a, b) => a - b));
});

describe('a stage that fails is stepped over', () => {
  const broken = {
    score: (): Float32Array => {
      throw new Error('ranker is broken');
    },
  };

  test.each([
    ['throws', broken, /ranker is broken/],
    ['gives NaN', { score: (_user: number, rows: ArrayLike<number>) => new Float32Array(rows.length).fill(Number.NaN) }, /not finite/],
  ])('a ranker that %s: retrieval answers, and the problem is told', (_how, scorer, words) => {
    const made = recommender({ ranker: { features: rankerOf(contents).features, scorer } });
    const { source, items } = ask(made, 'u4', 10, [], now);
    expect(source).toBe('retrieval');
    expect(items).toEqual(ask(recommender(), 'u4', 10, [], now).items);
    expect(made.problem()).toMatch(words);
  });

  test('a search that throws: popularity answers, without what was had', () => {
    const search = (): never => {
      throw new Error('search is broken');
    };
    const made = recommender({ index: { ...index, search } });
    const { source, items } = ask(made, 'u0', 2, [], now);
    expect(source).toBe('popularity');
    expect(items.map(({ item_id }) => item_id)).toEqual(['i2', 'i3']);
    expect(made.problem()).toMatch(/search is broken/);
  });

  test('a stage that works again is no problem any more', () => {
    let works = false;
    const { features, scorer } = rankerOf(contents);
    const made = recommender({ ranker: { features, scorer: { score: (...input) => (works ? scorer.score(...input) : broken.score()) } } });
    expect(ask(made, 'u4', 10, [], now).source).toBe('retrieval');
    works = true;
    expect(ask(made, 'u4', 10, [], now).source).toBe('ranker');
    expect(made.problem()).toBeNull();
  });
});

test('an approximate search that misses much is asked for more', () => {
  // Finds every other item only, and never more than asked.
  const half: VectorIndex = {
    ...index,
    search: (query, k) => {
      const { rows, scores } = index.search(query, k);
      const kept = [...rows.keys()].filter((at) => (rows[at] as number) % 2 === 0);
      return { rows: Int32Array.from(kept, (at) => rows[at] as number), scores: Float32Array.from(kept, (at) => scores[at] as number) };
    },
  };
  const { items } = ask(recommender({ index: half }), 'u4', 149, [], now);
  expect(items).toHaveLength(149);
});

describe('similar items', () => {
  test('are the nearest by cosine, whatever the length of the vectors', () => {
    const stretched = { ...contents.itemEmbeddings, data: contents.itemEmbeddings.data.map((value, at) => value * (1 + ((at >> 3) % 5))) };
    const made = recommender({ contents: { ...contents, itemEmbeddings: stretched } });
    const vector = (row: number) => [...contents.itemEmbeddings.data.slice(row * 8, row * 8 + 8)];
    const cosine = (a: number[], b: number[]) =>
      a.reduce((sum, value, i) => sum + value * (b[i] as number), 0) / Math.hypot(...a) / Math.hypot(...b);
    const expected = Array.from({ length: 300 }, (_, row) => ({ row, score: cosine(vector(7), vector(row)) }))
      .filter(({ row }) => row !== 7)
      .sort((a, b) => b.score - a.score)
      .slice(0, 5);
    const items = made.similar('i7', 5);
    expect(items?.map(({ item_id }) => item_id)).toEqual(expected.map(({ row }) => `i${row}`));
    items?.forEach(({ score }, at) => {
      expect(score).toBeCloseTo(expected[at]?.score as number, 5);
    });
  });

  test('unit vectors are found through the index with the same cosines', async () => {
    const data = contents.itemEmbeddings.data.slice();
    for (let row = 0; row < 300; row++) {
      const length = Math.hypot(...data.subarray(row * 8, row * 8 + 8));
      for (let i = row * 8; i < row * 8 + 8; i++) data[i] = (data[i] as number) / length;
    }
    const unit = { ...contents.itemEmbeddings, data };
    const made = recommender({ contents: { ...contents, itemEmbeddings: unit }, index: await createExactIndex(unit) });
    const plain = recommender().similar('i7', 5);
    expect(made.similar('i7', 5)?.map(({ item_id }) => item_id)).toEqual(plain?.map(({ item_id }) => item_id));
  });

  test('of an unknown item there are none', () => {
    expect(recommender().similar('nothing', 5)).toBeNull();
  });
});

test('ids that look like object keys are users and items like others', () => {
  const ids = contents.userIds.slice();
  ids[3] = '__proto__';
  ids[4] = 'constructor';
  const made = recommender({ contents: { ...contents, userIds: ids } });
  expect(ask(made, '__proto__', 1, [], now).source).toBe('retrieval');
  expect(ask(made, 'toString', 1, [], now).source).toBe('popularity');
});
