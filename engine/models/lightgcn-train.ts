import type { KernelPool } from '../kernels/kernel-pool.ts';
import type { Matrix, NamedArray, SparseMatrix } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { hasCell } from '../math/sparse.ts';
import { createAlgebra } from './create-algebra.ts';
import { scoreByVectors } from './factorised.ts';
import { addNeighbours, createGraphTable, type Graph, type GraphTable, rowsOf } from './graph-table.ts';
import { columnSizes } from './histories.ts';
import { inBatchSoftmax } from './in-batch-softmax.ts';
import { pairLoss } from './lightgcn-loss.ts';
import { inclusionCorrection } from './negatives.ts';
import type { Learner } from './train-epochs.ts';

export interface LightgcnSettings {
  dimensions: number;
  layers: number;
  loss: 'softmax' | 'bpr';
  temperature: number;
  regularisation: number;
  batchSize: number;
}

/** Tables that a step needs for itself: several trainings side by side take turns with them. */
export type Workspace = Record<'gradient' | 'front' | 'back', GraphTable>;

export function createWorkspace(pool: KernelPool, rows: number, dimensions: number): Workspace {
  const table = (): GraphTable => createGraphTable(pool, rows, dimensions);
  return { gradient: table(), front: table(), back: table() };
}

/** Standard deviation of a fresh number. */
const initialScale = 0.1;
/** Decay of Adam's means and squares, as its kernel has them. */
const decays = [0.9, 0.999] as const;
const epsilon = 1e-8;
/** Draws of an item that a user has not, before somebody who has nearly everything gets any. */
const tries = 100;

/** Vectors of length 1; those of nothing stay nothing. */
function unit({ rows, columns, data }: Matrix): Matrix {
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let at = row * columns; at < (row + 1) * columns; at++) sum += (data[at] as number) ** 2;
    const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let at = row * columns; at < (row + 1) * columns; at++) out[at] = scale * (data[at] as number);
  }
  return { rows, columns, data: out };
}

/** The vectors of users and items while they learn (see `lightgcn.ts`). */
export function createLightgcnLearner(
  pool: KernelPool,
  { graph, matrix, workspace }: { graph: Graph; matrix: SparseMatrix; workspace: Workspace },
  settings: LightgcnSettings,
  random: Random,
): Learner {
  const { dimensions, layers, loss: lossName, temperature, regularisation, batchSize } = settings;
  const { algebra } = createAlgebra();
  const { users, rows } = graph;
  const pairs = matrix.indices.length;
  const share = 1 / (layers + 1);
  const [table, means, squares] = [0, 1, 2].map(() => createGraphTable(pool, rows, dimensions)) as [GraphTable, GraphTable, GraphTable];
  const { columns } = table;
  const userOf = new Int32Array(pairs);
  for (let user = 0; user < users; user++) userOf.fill(user, matrix.indptr[user], matrix.indptr[user + 1]);
  const itemSizes = columnSizes(matrix);
  const corrections = Float32Array.from(itemSizes, (size) =>
    size > 0 ? inclusionCorrection(size / pairs, Math.min(batchSize, pairs)) : 1,
  );
  let stepsTaken = 0;

  for (let row = 0; row < rows; row++) {
    const size = row < users ? (matrix.indptr[row + 1] as number) - (matrix.indptr[row] as number) : (itemSizes[row - users] as number);
    for (let d = 0; d < dimensions; d++) {
      const value = initialScale * random.normal();
      // What nobody had is nowhere, not just anywhere.
      table.block.values[row * columns + d] = size > 0 ? value : 0;
    }
  }

  /** Σ Âˡ base for l = 0 .. layers, and the same up to the layer before the last; both are overwritten by the next call. */
  async function smooth(base: GraphTable, onProgress: () => Promise<void>): Promise<{ sum: GraphTable; lower: GraphTable }> {
    let [sum, lower] = [base, base];
    for (let layer = 0; layer < layers; layer++) {
      const out = layer % 2 === 0 ? workspace.front : workspace.back;
      await addNeighbours(pool, graph, { x: sum, base, out }, onProgress);
      [sum, lower] = [out, sum];
    }
    return { sum, lower };
  }

  /** Rows of the graph that a batch is about: its users, one an example, and its distinct items. */
  function draw(batch: Int32Array, chance: Random): { nodes: Int32Array; own: Int32Array; others: Int32Array; items: number[] } {
    const count = batch.length;
    const places = new Map<number, number>();
    const placeOf = (item: number): number => {
      const known = places.get(item);
      if (known !== undefined) return known;
      places.set(item, places.size);
      return places.size - 1;
    };
    const own = batch.map((pair) => placeOf(matrix.indices[pair] as number));
    const others = new Int32Array(lossName === 'bpr' ? count : 0);
    for (let i = 0; i < others.length; i++) {
      const user = userOf[batch[i] as number] as number;
      let other = chance.integer(matrix.columns);
      for (let n = 0; n < tries && hasCell(matrix, user, other); n++) other = chance.integer(matrix.columns);
      others[i] = placeOf(other);
    }
    const items = [...places.keys()];
    const nodes = new Int32Array(count + items.length);
    batch.forEach((pair, i) => {
      nodes[i] = userOf[pair] as number;
    });
    nodes.set(
      items.map((item) => users + item),
      count,
    );
    return { nodes, own, others, items };
  }

  function softmax(vectors: Float32Array, own: Int32Array, items: number[]): { loss: number; gradient: Float32Array } {
    return algebra.scope(() => {
      const { loss, gradient } = inBatchSoftmax(algebra, {
        vectors: algebra.tensor(vectors, [vectors.length / dimensions, dimensions]),
        own,
        weights: new Float32Array(own.length).fill(1 / own.length),
        corrections: Float32Array.from(items, (item) => corrections[item] as number),
        temperature,
      });
      return { loss: algebra.read(loss)[0] as number, gradient: algebra.read(gradient) };
    });
  }

  /** One step of Adam on some pairs; returns their mean loss. */
  async function step(batch: Int32Array, rate: number, chance: Random, onProgress: () => Promise<void>): Promise<number> {
    const { nodes, own, others, items } = draw(batch, chance);
    const { sum } = await smooth(table, onProgress);
    const vectors = new Float32Array(nodes.length * dimensions);
    nodes.forEach((node, i) => {
      for (let d = 0; d < dimensions; d++) vectors[i * dimensions + d] = share * (sum.block.values[node * columns + d] as number);
    });
    const { loss, gradient } = lossName === 'bpr' ? pairLoss({ vectors, dimensions, own, others }) : softmax(vectors, own, items);
    await onProgress();
    const into = workspace.gradient.block.values;
    into.fill(0);
    nodes.forEach((node, i) => {
      for (let d = 0; d < dimensions; d++)
        into[node * columns + d] = (into[node * columns + d] as number) + share * (gradient[i * dimensions + d] as number);
    });
    // The filter is its own transpose: the slope goes back the way that the vectors came.
    const { sum: slope } = await smooth(workspace.gradient, onProgress);
    const held = regularisation / Math.max(batch.length, 1);
    if (held > 0) {
      for (const node of nodes) {
        for (let at = node * columns; at < node * columns + dimensions; at++)
          slope.block.values[at] = (slope.block.values[at] as number) + held * (table.block.values[at] as number);
      }
    }
    stepsTaken++;
    const corrected = (rate * Math.sqrt(1 - decays[1] ** stepsTaken)) / (1 - decays[0] ** stepsTaken);
    const places = [slope, table, means, squares].map(({ block }) => block.address);
    await pool.rows('adamRows', rows, [...places, corrected, epsilon, columns], { onProgress });
    return loss;
  }

  const still = async (): Promise<void> => {};
  const sides = ({ sum }: { sum: GraphTable }): { users: Matrix; items: Matrix } => {
    const [own, other] = [rowsOf(sum, 0, users, share), rowsOf(sum, users, rows - users, share)];
    return lossName === 'softmax' ? { users: unit(own), items: unit(other) } : { users: own, items: other };
  };
  const named = ({ rows: count, columns: width, data }: Matrix): NamedArray => ({ shape: [count, width], data });
  const whole = ({ block }: GraphTable): NamedArray => ({ shape: [rows, columns], data: block.values });

  return {
    exampleCount: pairs,
    stepsPerEpoch: Math.max(1, Math.ceil(pairs / batchSize)),
    async trainEpoch({ random: chance, rate, onStep }) {
      const order = Int32Array.from({ length: pairs }, (_, at) => at);
      chance.shuffle(order);
      let [total, latest] = [0, 0];
      for (let from = 0, at = 0; from < pairs; from += batchSize, at++) {
        const batch = order.subarray(from, Math.min(from + batchSize, pairs));
        latest = await step(batch, rate(at), chance, () => onStep(from, latest));
        total += latest * batch.length;
        await onStep(from + batch.length, latest);
      }
      return total / Math.max(pairs, 1);
    },
    async scorer() {
      const vectors = sides(await smooth(table, still));
      return scoreByVectors(vectors.users, vectors.items);
    },
    async snapshot() {
      const smoothed = await smooth(table, still);
      const vectors = sides(smoothed);
      return {
        'user.embedding': named(vectors.users),
        'item.embedding': named(vectors.items),
        'user.lower': named(rowsOf(smoothed.lower, 0, users, share)),
        'item.lower': named(rowsOf(smoothed.lower, users, rows - users, share)),
        'user.degree': { shape: [users], data: matrix.indptr.slice(1).map((end, user) => end - (matrix.indptr[user] as number)) },
        'item.degree': { shape: [itemSizes.length], data: itemSizes },
        'lightgcn.unit': { shape: [1], data: Float64Array.of(lossName === 'softmax' ? 1 : 0) },
      };
    },
    state: () => ({
      table: whole(table),
      means: whole(means),
      squares: whole(squares),
      steps: { shape: [1], data: Float64Array.of(stepsTaken) },
    }),
    restore(kept) {
      for (const [name, { block }] of Object.entries({ table, means, squares })) block.values.set(kept[name]?.data as Float32Array);
      stepsTaken = kept.steps?.data[0] as number;
    },
    dispose: () => algebra.dispose(),
  };
}
