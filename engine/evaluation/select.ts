import { createKernelPool, type KernelPool } from '../kernels/kernel-pool.ts';
import type { Matrix, SparseMatrix } from '../math/arrays.ts';
import { selectTopK } from '../math/top-k.ts';

/** Scores held at a time, 21 MB: larger blocks cost more to copy than they save in the product. */
const blockCells = 5_250_000;
/** Fewer scores than these in all are selected from before threads would have started. */
const worthThreads = 50_000_000;

/** How many users fit a block of scores. */
export const usersPerBlock = (itemCount: number): number => Math.max(1, Math.min(4096, Math.floor(blockCells / Math.max(itemCount, 1))));

/** Puts -Infinity where a user has the item already, so that no list shows it. */
export function maskSeen(scores: Matrix, userRows: Int32Array, seen: SparseMatrix): void {
  for (let i = 0; i < userRows.length; i++) {
    const user = userRows[i] as number;
    const base = i * scores.columns;
    for (let at = seen.indptr[user] as number; at < (seen.indptr[user + 1] as number); at++) {
      scores.data[base + (seen.indices[at] as number)] = Number.NEGATIVE_INFINITY;
    }
  }
}

/** Selects the best items of blocks of users. Equal scores: the lower item row first. */
export interface Selector {
  /**
   * Lists of these users, `k` item rows each, -1 where fewer have a score. The scores are read, and may be overwritten, before this returns; one call at a time.
   */
  select(scores: Matrix, userRows: Int32Array): Promise<Int32Array>;
  dispose(): Promise<void>;
}

export interface SelectorInput {
  /** Left out of every list. */
  seen: SparseMatrix;
  k: number;
  /** Users that will be asked in all. */
  users: number;
}

/** On the thread that calls. */
export function plainSelector({ seen, k }: Omit<SelectorInput, 'users'>): Selector {
  const best = new Float32Array(k);
  return {
    async select(scores, userRows) {
      maskSeen(scores, userRows, seen);
      const lists = new Int32Array(userRows.length * k);
      const list = new Int32Array(k);
      for (let i = 0; i < userRows.length; i++) {
        selectTopK(scores.data, i * scores.columns, scores.columns, k, list, best, 0);
        lists.set(list, i * k);
      }
      return lists;
    },
    dispose: async () => undefined,
  };
}

/** By the kernel, on all threads. */
export function threadedSelector({ seen, k }: Omit<SelectorInput, 'users'>, pool: KernelPool): Selector {
  const start = pool.mark();
  let block = { rows: 0, columns: 0, scores: pool.floats(0), lists: pool.integers(0), values: pool.floats(0) };
  return {
    async select(scores, userRows) {
      const { rows, columns } = scores;
      if (block.rows < rows || block.columns !== columns) {
        pool.release(start);
        block = { rows, columns, scores: pool.floats(rows * columns), lists: pool.integers(rows * k), values: pool.floats(rows * k) };
      }
      block.scores.values.set(scores.data);
      maskSeen({ rows, columns, data: block.scores.values }, userRows, seen);
      const args = [block.scores.address, columns, k, block.lists.address, block.values.address];
      await pool.rows('selectTop', rows, args, { chunk: Math.max(1, Math.ceil(rows / pool.threads / 8)) });
      return block.lists.values.slice(0, rows * k);
    },
    dispose: () => pool.dispose(),
  };
}

/** The one that is faster for so much work. */
export function createSelector({ seen, k, users }: SelectorInput): Selector {
  const cells = users * seen.columns;
  return cells < worthThreads ? plainSelector({ seen, k }) : threadedSelector({ seen, k }, createKernelPool());
}
