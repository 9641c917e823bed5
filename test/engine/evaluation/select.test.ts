import { afterAll, expect, test } from 'vitest';
import { plainSelector, threadedSelector } from '../../../engine/evaluation/select.ts';
import { createKernelPool } from '../../../engine/kernels/kernel-pool.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { buildSparseMatrix } from '../../../engine/math/sparse.ts';

const pools = [1, 2].map((threads) => createKernelPool({ threads }));
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.dispose()));
});

/** Scores of which a third are ties, some missing, some not numbers. */
function scoresOf(rows: number, columns: number, seed: number): Float32Array {
  const random = createRandom(seed, 'select');
  return Float32Array.from({ length: rows * columns }, () => {
    const draw = random.next();
    if (draw < 0.33) return random.integer(4);
    if (draw < 0.35) return Number.NEGATIVE_INFINITY;
    return draw < 0.37 ? Number.NaN : random.normal();
  });
}

test.each([
  [7, 5],
  [16, 16],
  [100, 20],
  [1003, 500],
])('threads select the lists that one pass selects: %i items, k = %i', async (columns, k) => {
  const rows = 40;
  const random = createRandom(columns);
  const pairs = Array.from({ length: rows * 3 }, () => [random.integer(rows), random.integer(columns)] as const);
  const seen = buildSparseMatrix(
    rows,
    columns,
    pairs.map(([user]) => user),
    pairs.map(([, item]) => item),
  );
  const users = Int32Array.from({ length: rows }, (_, user) => user);
  const expected = await plainSelector({ seen, k }).select({ rows, columns, data: scoresOf(rows, columns, k) }, users);
  for (const pool of pools) {
    const lists = await threadedSelector({ seen, k }, pool).select({ rows, columns, data: scoresOf(rows, columns, k) }, users);
    expect(Array.from(lists.subarray(0, rows * k))).toEqual(Array.from(expected.subarray(0, rows * k)));
  }
  for (const [user, item] of pairs) expect(expected.subarray(user * k, (user + 1) * k)).not.toContain(item);
});

test('of equal scores the lower item rows are shown, in their order', async () => {
  const seen = buildSparseMatrix(1, 40, [0], [1]);
  const data = new Float32Array(40).fill(0.5);
  for (const selector of [plainSelector({ seen, k: 3 }), threadedSelector({ seen, k: 3 }, pools[0] as (typeof pools)[number])]) {
    const lists = await selector.select({ rows: 1, columns: 40, data: data.slice() }, Int32Array.of(0));
    expect(Array.from(lists.subarray(0, 3))).toEqual([0, 2, 3]);
  }
});
