import { createKernelPool } from '../kernels/kernel-pool.ts';
import type { Matrix, NamedArrays, SparseMatrix } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { scoreByVectors } from './factorised.ts';
import type { Learner } from './train-epochs.ts';

export interface BprSettings {
  dimensions: number;
  regularisation: number;
}

/** Standard deviation of a fresh vector's length. */
const initialScale = 0.1;
/** Steps between two places to stop: a tenth of a second or so. */
const stepsAtATime = 100_000;

/**
 * BPR by a kernel that takes one step after the other, so that the result depends on the seed alone. The last column of a user's vector is 1, and that of an
 * item's is its bias.
 */
export function createBprLearner(matrix: SparseMatrix, { dimensions, regularisation }: BprSettings, random: Random): Learner {
  const pairs = matrix.indices.length;
  const pool = createKernelPool({ threads: 1 });
  const columns = Math.ceil((dimensions + 1) / 4) * 4;
  const tableOf = (rows: number, last: number): { rows: number; address: number; values: Float32Array } => {
    const { address, values } = pool.floats(rows * columns);
    const spread = initialScale / Math.sqrt(dimensions);
    for (let row = 0; row < rows; row++) {
      for (let d = 0; d < dimensions; d++) values[row * columns + d] = spread * random.normal();
      values[row * columns + dimensions] = last;
    }
    return { rows, address, values };
  };
  const users = tableOf(matrix.rows, 1);
  const items = tableOf(matrix.columns, 0);
  const owners = new Int32Array(pairs);
  for (let user = 0; user < matrix.rows; user++) owners.fill(user, matrix.indptr[user], matrix.indptr[user + 1]);
  const places = [owners, matrix.indices, matrix.indptr, matrix.indices].map((values) => pool.integers(values).address);
  const state = pool.integers(4);
  const sums = pool.floats(2);
  const total = new Float64Array(sums.values.buffer, sums.address, 1);

  const matrixOf = ({ rows, values }: { rows: number; values: Float32Array }): Matrix => {
    const data = new Float32Array(rows * (dimensions + 1));
    for (let row = 0; row < rows; row++) data.set(values.subarray(row * columns, row * columns + dimensions + 1), row * (dimensions + 1));
    return { rows, columns: dimensions + 1, data };
  };

  return {
    exampleCount: pairs,
    stepsPerEpoch: pairs,
    async trainEpoch({ random: chance, rate, onStep }) {
      for (let i = 0; i < 4; i++) state.values[i] = chance.integer(2 ** 32);
      total[0] = 0;
      for (let from = 0; from < pairs; from += stepsAtATime) {
        const to = Math.min(from + stepsAtATime, pairs);
        const size = [pairs, matrix.columns, users.address, items.address, columns, dimensions];
        pool.rowsNow('bprSteps', to - from, [state.address, sums.address, ...places, ...size, rate(from), regularisation, 0]);
        await onStep(to, total[0] as number);
      }
      return (total[0] as number) / Math.max(pairs, 1);
    },
    scorer: async () => scoreByVectors(matrixOf(users), matrixOf(items)),
    async snapshot() {
      const named = ({ rows, columns: width, data }: Matrix): NamedArrays[string] => ({ shape: [rows, width], data });
      return { 'user.embedding': named(matrixOf(users)), 'item.embedding': named(matrixOf(items)) };
    },
    state: () => ({
      users: { shape: [users.rows, columns], data: users.values },
      items: { shape: [items.rows, columns], data: items.values },
    }),
    restore(kept) {
      users.values.set(kept.users?.data as Float32Array);
      items.values.set(kept.items?.data as Float32Array);
    },
    dispose: () => pool.dispose(),
  };
}
