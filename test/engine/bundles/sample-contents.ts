import type { BundleContents } from '../../../engine/bundles/contents.ts';
import { createRankingFeatures } from '../../../engine/features/ranking-features.ts';
import { type DenseNetwork, denseNetworkArrays } from '../../../engine/math/dense.ts';
import { createRandom } from '../../../engine/math/random.ts';

export interface SampleOptions {
  users?: number;
  items?: number;
  dimensions?: number;
  seed?: number;
  version?: string;
  ranker?: boolean;
  hidden?: number[];
}

/** A network with random weights that takes `inputs` features. */
export function randomNetwork(inputs: number, hidden: number[], seed: number): DenseNetwork {
  const random = createRandom(seed, 'network');
  const widths = [inputs, ...hidden, 1];
  return {
    mean: Float32Array.from({ length: inputs }, () => 0.1 * random.normal()),
    scale: Float32Array.from({ length: inputs }, () => 0.5 + random.next()),
    layers: hidden.concat(1).map((columns, i) => {
      const rows = widths[i] as number;
      return {
        weights: { rows, columns, data: Float32Array.from({ length: rows * columns }, () => random.normal() / Math.sqrt(rows)) },
        bias: Float32Array.from({ length: columns }, () => 0.1 * random.normal()),
      };
    }),
  };
}

/** Item i: category `even` or `odd`, tags `t0` to `t4` and, of every third, `third`; price i; stock 10 i, unknown of every fourth. User u: segment `s0` to `s2`. */
function sampleAttributes(users: number, items: number): BundleContents['attributes'] {
  const tags = Array.from({ length: items }, (_, row) => (row % 3 === 0 ? [row % 5, 5] : [row % 5]));
  const offsets = new Int32Array(items + 1);
  tags.forEach((own, row) => {
    offsets[row + 1] = (offsets[row] as number) + own.length;
  });
  return {
    users: {
      rows: users,
      categories: [{ name: 'segment', vocabulary: ['s0', 's1', 's2'], codes: Int32Array.from({ length: users }, (_, row) => row % 3) }],
      lists: [],
      numbers: [],
    },
    items: {
      rows: items,
      categories: [{ name: 'category', vocabulary: ['even', 'odd'], codes: Int32Array.from({ length: items }, (_, row) => row % 2) }],
      lists: [
        {
          name: 'tags',
          vocabulary: ['t0', 't1', 't2', 't3', 't4', 'third'],
          offsets,
          codes: Int32Array.from(tags.flat()),
        },
      ],
      numbers: [
        { name: 'price', values: Float64Array.from({ length: items }, (_, row) => row) },
        { name: 'stock', values: Float64Array.from({ length: items }, (_, row) => (row % 4 === 0 ? Number.NaN : 10 * row)) },
      ],
    },
  };
}

/** A bundle's contents with random vectors: user u saw items u and u + 1 (modulo the catalogue); item 0 is the most popular. */
export function sampleContents(options: SampleOptions = {}): BundleContents {
  const { users = 50, items = 80, dimensions = 8, seed = 1, version = 'v1', ranker = true, hidden = [16, 8] } = options;
  const random = createRandom(seed, 'bundle');
  const vectors = (rows: number) => ({
    rows,
    columns: dimensions,
    data: Float32Array.from({ length: rows * dimensions }, () => random.normal() / Math.sqrt(dimensions)),
  });
  const userEmbeddings = vectors(users);
  const itemEmbeddings = vectors(items);
  const indptr = Int32Array.from({ length: users + 1 }, (_, row) => 2 * row);
  const indices = Int32Array.from({ length: 2 * users }, (_, i) => ((i >> 1) + (i & 1)) % items);
  const features = createRankingFeatures({ userEmbeddings, itemEmbeddings });
  for (let row = 0; row < users; row++) {
    features.observe(row, row % items, 1_700_000_000_000 + row * 60_000, 1);
    features.observe(row, (row + 1) % items, 1_700_000_001_000 + row * 60_000, 1);
  }
  return {
    name: 'sample',
    version,
    createdAt: '2026-01-01T00:00:00.000Z',
    dataAsOf: '2026-01-01T00:00:00.000Z',
    positives: { minValue: null, appliesTo: 'ratings', eventTypes: null, weights: { view: 0.1, like: 0.7 } },
    run: {
      id: 'run-1',
      model: 'two-tower',
      label: 'Two-tower',
      params: { dimensions },
      seed,
      dataFingerprint: 'abc',
      metrics: { 'ndcg@10': 0.1 },
      versions: { recsmith: '0.1.0' },
    },
    userIds: Array.from({ length: users }, (_, row) => `u${row}`),
    itemIds: Array.from({ length: items }, (_, row) => `i${row}`),
    newUsers: 0,
    newItems: 0,
    updatedUsers: 0,
    userEmbeddings,
    itemEmbeddings,
    popularity: Float32Array.from({ length: items }, (_, row) => items - row),
    seen: { indptr, indices, types: indices.map((_, i) => (i % 2 === 0 ? 1 : 2)), typeNames: ['view', 'like'] },
    attributes: sampleAttributes(users, items),
    known: new Uint8Array(users).fill(1),
    ranker: ranker
      ? {
          run: 'run-2',
          model: 'neural-ranker',
          label: 'Neural ranker',
          metrics: { auc: 0.8 },
          arrays: { ...features.save(), ...denseNetworkArrays(randomNetwork(features.width, hidden, seed)) },
        }
      : null,
    vectorIndex: { kind: 'exact', precision: 'f32' },
    tables: {},
    modelCard: '# sample\n',
  };
}
