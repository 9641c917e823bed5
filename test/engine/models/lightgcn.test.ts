import { afterEach, beforeAll, expect, test } from 'vitest';
import { createKernelPool, type KernelPool } from '../../../engine/kernels/kernel-pool.ts';
import type { NamedArrays } from '../../../engine/math/arrays.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { transpose } from '../../../engine/math/sparse.ts';
import { addNeighbours, createGraph, createGraphTable, rowsOf } from '../../../engine/models/graph-table.ts';
import { lightgcn } from '../../../engine/models/lightgcn.ts';
import { pairLoss } from '../../../engine/models/lightgcn-loss.ts';
import { createLightgcnLearner, createWorkspace, type LightgcnSettings } from '../../../engine/models/lightgcn-train.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { checkerboard, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  await loadTensorFlow();
});
const pools: KernelPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.dispose()));
});
function poolOf(threads: number): KernelPool {
  const pool = createKernelPool({ threads });
  pools.push(pool);
  return pool;
}
const quiet = async (): Promise<void> => {};
const { set } = checkerboard(10, 8);
const { matrix, userCount: users, itemCount: items } = set;
const nodes = users + items;

/** Â of all users and items, dense, in 64 bits. */
function adjacency(): number[][] {
  const a = Array.from({ length: nodes }, () => new Array<number>(nodes).fill(0));
  for (let user = 0; user < users; user++) {
    for (const item of matrix.indices.subarray(matrix.indptr[user], matrix.indptr[user + 1])) {
      (a[user] as number[])[users + item] = 1;
      (a[users + item] as number[])[user] = 1;
    }
  }
  const degrees = a.map((row) => row.reduce((sum, x) => sum + x, 0));
  return a.map((row, i) => row.map((x, j) => (x === 0 ? 0 : x / Math.sqrt((degrees[i] as number) * (degrees[j] as number)))));
}
const multiply = (a: number[][], x: number[][]): number[][] =>
  a.map((row) => (x[0] as number[]).map((_, d) => row.reduce((sum, weight, j) => sum + weight * ((x[j] as number[])[d] as number), 0)));

/** The mean of E_0 .. E_layers, as it is written. */
function smoothed(table: number[][], layers: number): number[][] {
  let layer = table;
  let sum = table;
  for (let l = 0; l < layers; l++) {
    layer = multiply(adjacency(), layer);
    sum = sum.map((row, i) => row.map((x, d) => x + ((layer[i] as number[])[d] as number)));
  }
  return sum.map((row) => row.map((x) => x / (layers + 1)));
}

function learnerOf(settings: Partial<LightgcnSettings>, threads = 2) {
  const pool = poolOf(threads);
  const graph = createGraph(pool, matrix, transpose(matrix));
  const whole = { dimensions: 3, layers: 3, loss: 'softmax' as const, temperature: 0.3, regularisation: 0, batchSize: 1000, ...settings };
  const workspace = createWorkspace(pool, graph.rows, whole.dimensions);
  return createLightgcnLearner(pool, { graph, matrix, workspace }, whole, createRandom(4, 'learner'));
}

/** A learner's table, without its padding. */
function tableOf(learner: ReturnType<typeof learnerOf>, dimensions = 3): number[][] {
  const { shape, data } = learner.state().table as { shape: number[]; data: Float32Array };
  return Array.from({ length: nodes }, (_, row) => [...data.subarray(row * (shape[1] as number), row * (shape[1] as number) + dimensions)]);
}

test('a step over the graph is the product with its matrix, the same with one thread and with three', async () => {
  const random = createRandom(2, 'graph');
  const values = Array.from({ length: nodes }, () => Array.from({ length: 20 }, () => random.normal()));
  const results = await Promise.all(
    [1, 3].map(async (threads) => {
      const pool = poolOf(threads);
      const graph = createGraph(pool, matrix, transpose(matrix));
      const [x, base, out] = [0, 1, 2].map(() => createGraphTable(pool, nodes, 20)) as [
        ReturnType<typeof createGraphTable>,
        ReturnType<typeof createGraphTable>,
        ReturnType<typeof createGraphTable>,
      ];
      values.forEach((row, i) => {
        x.block.values.set(row, i * x.columns);
        base.block.values.set(
          row.map((value) => 10 * value),
          i * x.columns,
        );
      });
      await addNeighbours(pool, graph, { x, base, out }, quiet);
      return rowsOf(out, 0, nodes).data;
    }),
  );
  const [one, three] = results as [Float32Array, Float32Array];
  expect(three).toEqual(one);
  multiply(adjacency(), values)
    .flatMap((row, i) => row.map((value, d) => value + 10 * ((values[i] as number[])[d] as number)))
    .forEach((value, at) => {
      expect(one[at]).toBeCloseTo(value, 4);
    });
});

test.each([1, 2, 3])('vectors are the mean of the table and %i layers, written out', async (layers) => {
  const learner = learnerOf({ layers, loss: 'bpr' });
  const expected = smoothed(tableOf(learner), layers);
  const saved = await learner.snapshot();
  const found = [...floats(saved, 'user.embedding'), ...floats(saved, 'item.embedding')];
  expected.flat().forEach((value, at) => {
    expect(found[at]).toBeCloseTo(value, 6);
  });
  await learner.dispose();
});

test('the gradient of pairs is that of the differences of their loss', () => {
  const random = createRandom(9, 'pairs');
  const batch = {
    vectors: Float32Array.from({ length: 7 * 3 }, () => random.normal()),
    dimensions: 3,
    own: Int32Array.of(0, 1, 0),
    others: Int32Array.of(2, 3, 1),
  };
  const { gradient, loss } = pairLoss(batch);
  let expected = 0;
  for (let i = 0; i < 3; i++) {
    const vector = (row: number): number[] => [...batch.vectors.subarray(row * 3, row * 3 + 3)];
    const [u, p, q] = [vector(i), vector(3 + (batch.own[i] as number)), vector(3 + (batch.others[i] as number))] as [
      number[],
      number[],
      number[],
    ];
    const margin = u.reduce((sum, x, d) => sum + x * ((p[d] as number) - (q[d] as number)), 0);
    expected += Math.log(1 + Math.exp(-margin)) / 3;
  }
  expect(loss).toBeCloseTo(expected, 6);
  gradient.forEach((slope, at) => {
    const at1 = (by: number): number => {
      const vectors = batch.vectors.slice();
      vectors[at] = (vectors[at] as number) + by;
      return pairLoss({ ...batch, vectors }).loss;
    };
    expect(slope).toBeCloseTo((at1(1e-2) - at1(-1e-2)) / 2e-2, 4);
  });
});

/** The softmax of a batch of all pairs over the smoothed table, in 64 bits, as the model's comment has it; an item counts once, and corrected. */
function softmaxLoss(table: number[][], temperature: number): number {
  const vectors = smoothed(table, 3).map((row) => {
    const length = Math.hypot(...row);
    return row.map((x) => x / length);
  });
  const pairs = matrix.indices.length;
  const sizes = new Float64Array(items);
  for (const item of matrix.indices) sizes[item] = (sizes[item] as number) + 1;
  let loss = 0;
  for (let user = 0; user < users; user++) {
    for (const own of matrix.indices.subarray(matrix.indptr[user], matrix.indptr[user + 1])) {
      const logit = (item: number): number =>
        (vectors[user] as number[]).reduce((sum, x, d) => sum + x * ((vectors[users + item] as number[])[d] as number), 0) / temperature;
      let sum = 0;
      for (let item = 0; item < items; item++) {
        if (sizes[item] === 0) continue;
        const correction = item === own ? 1 : 1 / (1 - (1 - (sizes[item] as number) / pairs) ** pairs);
        sum += correction * Math.exp(logit(item));
      }
      loss += (Math.log(sum) - logit(own)) / pairs;
    }
  }
  return loss;
}

test('a first step of Adam goes down the slope of the loss through all layers, by finite differences', async () => {
  const learner = learnerOf({});
  const before = tableOf(learner);
  const reported = await learner.trainEpoch({ epoch: 1, random: createRandom(1), rate: () => 0.001, onStep: async () => {} });
  expect(reported).toBeCloseTo(softmaxLoss(before, 0.3), 4);
  // After one step the mean of Adam is a tenth of the gradient.
  const { shape, data } = learner.state().means as { shape: number[]; data: Float32Array };
  for (const [row, d] of [
    [0, 0],
    [3, 1],
    [9, 2],
    [users, 0],
    [users + 3, 1],
    [nodes - 1, 2],
  ] as const) {
    const loss = (by: number): number =>
      softmaxLoss(
        before.map((own, i) => own.map((x, k) => (i === row && k === d ? x + by : x))),
        0.3,
      );
    const slope = (loss(1e-4) - loss(-1e-4)) / 2e-4;
    expect(10 * (data[row * (shape[1] as number) + d] as number)).toBeCloseTo(slope, 4);
  }
  await learner.dispose();
});

test.each(['softmax', 'bpr'] as const)('%s learns, and its digits do not depend on the threads', async (loss) => {
  const run = async (threads: number): Promise<{ losses: number[]; table: number[][] }> => {
    const learner = learnerOf({ loss, batchSize: 16 }, threads);
    const losses: number[] = [];
    for (let epoch = 1; epoch <= 20; epoch++)
      losses.push(await learner.trainEpoch({ epoch, random: createRandom(epoch), rate: () => 0.02, onStep: async () => {} }));
    const table = tableOf(learner);
    await learner.dispose();
    return { losses, table };
  };
  const one = await run(1);
  expect(one.losses.at(-1)).toBeLessThan(0.8 * (one.losses[0] as number));
  expect(await run(3)).toEqual(one);
});

const floats = (arrays: NamedArrays, name: string): Float32Array => arrays[name]?.data as Float32Array;
const small = { dimensions: 8, epochs: 12, batchSize: 64 };

test('a newcomer gets what the graph gives to a row without a vector of its own, users and items alike', async () => {
  const fitted = await lightgcn.fit(set, parseParams(lightgcn, { ...small, loss: 'bpr' }), quietContext());
  // By hand: Σ over the items of lower / √(n · users of the item).
  const lower = floats(fitted.save(), 'item.lower');
  const own = Int32Array.of(0, 2);
  const usersOf = (item: number): number => matrix.indices.filter((other) => other === item).length;
  const vector = fitted.foldIn?.(own) as Float32Array;
  for (let d = 0; d < 8; d++) {
    const sum = [...own].reduce((total, item) => total + (lower[item * 8 + d] as number) / Math.sqrt(2 * usersOf(item)), 0);
    expect(vector[d]).toBeCloseTo(sum, 6);
  }
  expect(fitted.foldIn?.(Int32Array.of(2, 0, 2))).toEqual(vector);
  expect(fitted.foldIn?.(new Int32Array(0))).toEqual(new Float32Array(8));
  // An item that users of even row had is nearer to them than to the others.
  const item = fitted.foldInItem?.({ userRows: Int32Array.of(0, 2), features: null }) as Float32Array;
  const { users: vectors } = fitted.embed?.() ?? { users: { data: new Float32Array(0) } };
  const score = (user: number): number => item.reduce((sum, x, d) => sum + x * (vectors.data[user * 8 + d] as number), 0);
  expect(score(4)).toBeGreaterThan(score(5));
  fitted.dispose?.();
});

test('by softmax all vectors have length one, newcomers too', async () => {
  const fitted = await lightgcn.fit(set, parseParams(lightgcn, { ...small, loss: 'softmax' }), quietContext());
  const length = (vector: Float32Array): number => Math.hypot(...vector);
  expect(length(floats(fitted.save(), 'user.embedding').subarray(0, 8))).toBeCloseTo(1, 5);
  expect(length(fitted.foldIn?.(Int32Array.of(1, 3)) as Float32Array)).toBeCloseTo(1, 5);
  fitted.dispose?.();
});

test('a training that diverges ends in words', async () => {
  const params = parseParams(lightgcn, { ...small, loss: 'bpr', learningRate: 1, regularisation: 0, epochs: 2 });
  const context = quietContext(1, {
    resume: {
      epoch: 1,
      arrays: {
        running: { shape: [1], data: Float64Array.of(0) },
        seen: { shape: [2], data: Float64Array.of(0, 0) },
        '0.state.table': { shape: [nodes, 16], data: new Float32Array(nodes * 16).fill(1e30) },
        '0.state.means': { shape: [nodes, 16], data: new Float32Array(nodes * 16) },
        '0.state.squares': { shape: [nodes, 16], data: new Float32Array(nodes * 16) },
        '0.state.steps': { shape: [1], data: Float64Array.of(1) },
      },
    },
  });
  await expect(lightgcn.fit(set, params, context)).rejects.toMatchObject({ code: 'diverged' });
});

test('without validation it is by pairs; with it losses, temperatures and regularisations compete, and what is given stays', async () => {
  const plain = await lightgcn.fit(set, parseParams(lightgcn, { ...small, epochs: 1 }), quietContext());
  expect(plain.facts?.settled).toMatchObject({ loss: 'bpr', regularisation: 0.01, epochs: 1 });
  const started = async (raw: Record<string, unknown>): Promise<string[]> => {
    const names = new Set<string>();
    const context = quietContext(1, { validate: async () => ({ 'ndcg@10': 0.1 }), curve: (name) => names.add(name) });
    (await lightgcn.fit(set, parseParams(lightgcn, { ...small, epochs: 1, ...raw }), context)).dispose?.();
    return [...names];
  };
  expect(await started({})).toHaveLength(4);
  expect(await started({ loss: 'softmax' })).toHaveLength(2);
  expect(await started({ loss: 'softmax', temperature: 0.4 })).toEqual(['Training']);
  expect(await started({ loss: 'bpr', regularisation: 0 })).toEqual(['Training']);
  plain.dispose?.();
});
