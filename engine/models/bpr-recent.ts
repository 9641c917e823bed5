import { createKernelPool } from '../kernels/kernel-pool.ts';
import type { Matrix, SparseMatrix } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { ageDrawnBy } from './recency.ts';

/** Passes over the users' items; the first of them by the whole step, the last by none. By measurement (docs/models.md). */
const passes = 40;
const movingRate = 0.5;

/** Users of trained vectors, moved on with the items held fixed. */
export interface RecentUsers {
  /** Vectors of these users: each has as many steps a pass as items, and of these draws one by how much it counts. `cells` and `ages` are of these rows. */
  move(
    start: Matrix,
    cells: SparseMatrix,
    ages: Int32Array,
    recency: number,
    onPass: (pass: number, passes: number) => Promise<void>,
  ): Promise<Matrix>;
  moveNow(start: Matrix, cells: SparseMatrix, ages: Int32Array, recency: number): Matrix;
  dispose(): Promise<void>;
}

/** The steps of training (`bpr.ts`) for users alone, over what they have had lately more often than over what they had long ago. */
export function createRecentUsers(
  items: Matrix,
  { learningRate, regularisation, seed }: { learningRate: number; regularisation: number; seed: number },
): RecentUsers {
  const pool = createKernelPool({ threads: 1 });
  const width = items.columns;
  const columns = Math.ceil(width / 4) * 4;
  const tableOf = ({ rows, data }: Matrix) => {
    const block = pool.floats(rows * columns);
    for (let row = 0; row < rows; row++) block.values.set(data.subarray(row * width, (row + 1) * width), row * columns);
    return block;
  };
  const itemTable = tableOf(items);

  function start(first: Matrix, cells: SparseMatrix, ages: Int32Array, recency: number) {
    const pairs = cells.indices.length;
    const users = tableOf(first);
    const [owners, newest] = [pool.integers(pairs), new Int32Array(pairs)];
    for (let user = 0; user < cells.rows; user++) {
      const [begin, end] = [cells.indptr[user] as number, cells.indptr[user + 1] as number];
      owners.values.fill(user, begin, end);
      for (let at = begin; at < end; at++) newest[begin + (ages[at] as number)] = cells.indices[at] as number;
    }
    const positives = pool.integers(pairs);
    const matrix = [cells.indptr, cells.indices].map((values) => pool.integers(values).address);
    const [state, sums] = [pool.integers(4), pool.floats(2)];
    const random = createRandom(seed, 'recent users');
    function pass(at: number): void {
      for (let i = 0; i < 4; i++) state.values[i] = random.integer(2 ** 32);
      for (let user = 0; user < cells.rows; user++) {
        const [begin, end] = [cells.indptr[user] as number, cells.indptr[user + 1] as number];
        for (let cell = begin; cell < end; cell++)
          positives.values[cell] = newest[begin + ageDrawnBy(random.next(), end - begin, recency)] as number;
      }
      const rate = learningRate * movingRate * (1 - at / passes);
      const args = [state.address, sums.address, owners.address, positives.address, ...matrix, pairs, items.rows];
      pool.rowsNow('bprSteps', pairs, [...args, users.address, itemTable.address, columns, width - 1, rate, regularisation, 1]);
    }
    function result(): Matrix {
      const data = new Float32Array(first.rows * width);
      for (let row = 0; row < first.rows; row++) data.set(users.values.subarray(row * columns, row * columns + width), row * width);
      return { rows: first.rows, columns: width, data };
    }
    return { pass, result };
  }

  return {
    async move(first, cells, ages, recency, onPass) {
      const { pass, result } = start(first, cells, ages, recency);
      for (let at = 0; at < passes; at++) {
        pass(at);
        await onPass(at + 1, passes);
      }
      return result();
    },
    moveNow(first, cells, ages, recency) {
      const mark = pool.mark();
      const { pass, result } = start(first, cells, ages, recency);
      for (let at = 0; at < passes; at++) pass(at);
      const moved = result();
      pool.release(mark);
      return moved;
    },
    dispose: () => pool.dispose(),
  };
}
