import { gramOf, type KernelMatrix, paddedColumns } from '../kernels/gram.ts';
import type { Block, KernelPool } from '../kernels/kernel-pool.ts';
import type { Matrix, NamedArray, SparseMatrix } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { symmetricEigen } from '../math/symmetric-eigen.ts';
import { scoreByVectors } from './factorised.ts';
import type { Learner } from './train-epochs.ts';

/** What is observed of one side, in the kernels' memory. */
export interface Observed {
  matrix: SparseMatrix;
  indptr: Block<Int32Array>;
  indices: Block<Int32Array>;
  weights: Block<Float32Array> | null;
}

export interface IalsSettings {
  dimensions: number;
  unobserved: number;
  regularisation: number;
  exponent: number;
  eventWeights: boolean;
}

/** Steps of the conjugate gradient a row and epoch: it begins at the row's last vector, and the next epoch takes it further. */
const steps = 3;
/** Standard deviation of a user's first vector's length; small beside what is learned. */
const initialScale = 0.1;
/** Rows that a thread takes at a time: few, as the first of them may be the most popular by far. */
const rowsAtATime = 64;

export function observe(pool: KernelPool, matrix: SparseMatrix, eventWeights: boolean): Observed {
  const weights = eventWeights ? pool.floats(matrix.values) : null;
  return { matrix, indptr: pool.integers(matrix.indptr), indices: pool.integers(matrix.indices), weights };
}

/** w + α n of each row: w the weight of what was observed of it, n the number of rows on the other side; 0 where nothing was. */
export function frequencies(
  { rows, columns, indptr, values }: SparseMatrix,
  { unobserved, eventWeights }: Pick<IalsSettings, 'unobserved' | 'eventWeights'>,
): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const [begin, end] = [indptr[row] as number, indptr[row + 1] as number];
    if (begin === end) return 0;
    let weight = eventWeights ? 0 : end - begin;
    if (eventWeights) for (let at = begin; at < end; at++) weight += values[at] as number;
    return weight + unobserved * columns;
  });
}

/** λ of the regularisation λ · frequency^ν that is `regularisation` on average over all rows of both sides that have anything. */
export function scaleOf(sides: SparseMatrix[], settings: IalsSettings): number {
  let [sum, count] = [0, 0];
  for (const side of sides) {
    for (const frequency of frequencies(side, settings)) {
      if (frequency === 0) continue;
      sum += frequency ** settings.exponent;
      count++;
    }
  }
  return (settings.regularisation * count) / Math.max(sum, Number.MIN_VALUE);
}

interface Side extends KernelMatrix, Observed {
  strengths: Block<Float32Array>;
  errors: Block<Float32Array>;
}

/** Users and items of a factorisation; an epoch solves the items for the users and then the users for the items. */
export function createIalsLearner(
  pool: KernelPool,
  observed: { users: Observed; items: Observed },
  settings: IalsSettings,
  random: Random,
): Learner {
  const { dimensions, unobserved, exponent } = settings;
  const columns = paddedColumns(dimensions);
  const scale = scaleOf([observed.users.matrix, observed.items.matrix], settings);
  const sideOf = (own: Observed): Side => ({
    ...own,
    rows: own.matrix.rows,
    columns,
    block: pool.floats(own.matrix.rows * columns),
    strengths: pool.floats(Float32Array.from(frequencies(own.matrix, settings), (frequency) => scale * frequency ** exponent)),
    errors: pool.floats(own.matrix.rows),
  });
  const [users, items] = [sideOf(observed.users), sideOf(observed.items)];
  const basis = pool.floats(columns * columns);
  const everywhere = pool.floats(columns);
  const spread = initialScale / Math.sqrt(dimensions);
  for (let row = 0; row < users.rows; row++)
    for (let d = 0; d < dimensions; d++) users.block.values[row * columns + d] = spread * random.normal();

  async function gram(side: Side, onProgress: () => Promise<void>): Promise<Float64Array> {
    const padded = await gramOf(pool, side, onProgress);
    const square = new Float64Array(dimensions * dimensions);
    for (let i = 0; i < dimensions; i++) square.set(padded.subarray(i * columns, i * columns + dimensions), i * dimensions);
    return square;
  }

  /** Turns both sides into the basis in which the Gram matrix of `side` is diagonal: every score stays as it is. */
  async function diagonalise(side: Side, onProgress: () => Promise<void>): Promise<void> {
    const { values, vectors } = symmetricEigen(await gram(side, onProgress), dimensions);
    basis.values.fill(0);
    everywhere.values.fill(0);
    for (let i = 0; i < dimensions; i++) {
      everywhere.values[i] = unobserved * Math.max(0, values[i] as number);
      for (let j = 0; j < dimensions; j++) basis.values[j * columns + i] = vectors[i * dimensions + j] as number;
    }
    for (const { rows, block } of [users, items]) {
      const args = [block.address, basis.address, block.address, columns, columns];
      await pool.rows('denseProduct', rows, args, { scratch: 16 * columns, chunk: 256, onProgress });
    }
  }

  async function solve(side: Side, other: Side, onProgress: (done: number) => Promise<void>): Promise<void> {
    await diagonalise(other, () => onProgress(0));
    const what = [side.indptr.address, side.indices.address, side.weights?.address ?? 0, side.block.address, other.block.address];
    const how = [everywhere.address, side.strengths.address, side.errors.address, steps, columns];
    const onRows = (done: number): Promise<void> => onProgress(done / side.rows);
    await pool.rows('solveRows', side.rows, [...what, ...how], { scratch: 20 * columns, chunk: rowsAtATime, onProgress: onRows });
  }

  const matrixOf = ({ rows, block }: Side): Matrix => {
    const data = new Float32Array(rows * dimensions);
    for (let row = 0; row < rows; row++) data.set(block.values.subarray(row * columns, row * columns + dimensions), row * dimensions);
    return { rows, columns: dimensions, data };
  };
  const saved = (side: Side): NamedArray => ({ shape: [side.rows, dimensions], data: matrixOf(side).data });
  const square = (data: Float64Array): NamedArray => ({ shape: [dimensions, dimensions], data });
  const pairs = observed.users.matrix.indices.length;

  return {
    exampleCount: pairs,
    stepsPerEpoch: 2,
    /** The loss is the mean squared error of what was observed, with items that are new and users that are not yet. */
    async trainEpoch({ onStep }) {
      await solve(items, users, (part) => onStep(Math.floor((part * pairs) / 2), 0));
      await solve(users, items, (part) => onStep(Math.floor(((1 + part) * pairs) / 2), 0));
      const loss = users.errors.values.reduce((sum, error) => sum + error, 0) / Math.max(pairs, 1);
      await onStep(pairs, loss);
      return loss;
    },
    scorer: async () => scoreByVectors(matrixOf(users), matrixOf(items)),
    async snapshot() {
      const still = async (): Promise<void> => {};
      return {
        'user.embedding': saved(users),
        'item.embedding': saved(items),
        'user.gram': square(await gram(users, still)),
        'item.gram': square(await gram(items, still)),
        'ials.settings': { shape: [3], data: Float64Array.of(unobserved, scale, exponent) },
      };
    },
    state: () => ({
      users: { shape: [users.rows, columns], data: users.block.values },
      items: { shape: [items.rows, columns], data: items.block.values },
    }),
    restore(kept) {
      users.block.values.set(kept.users?.data as Float32Array);
      items.block.values.set(kept.items?.data as Float32Array);
    },
    dispose: () => {},
  };
}
