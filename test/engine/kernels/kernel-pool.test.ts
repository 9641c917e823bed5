import { afterEach, expect, test } from 'vitest';
import { createKernelPool, type KernelPool } from '../../../engine/kernels/kernel-pool.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { buildSparseMatrix } from '../../../engine/math/sparse.ts';

const pools: KernelPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.dispose()));
});
function poolOf(threads: number): KernelPool {
  const pool = createKernelPool({ threads });
  pools.push(pool);
  return pool;
}

const rows = 500;
const columns = 300;
const width = 32;
const random = createRandom(4);
const cells = 4000;
const sparse = buildSparseMatrix(
  rows,
  columns,
  Int32Array.from({ length: cells }, () => random.integer(rows)),
  Int32Array.from({ length: cells }, () => random.integer(columns)),
  Float32Array.from({ length: cells }, () => random.normal()),
);
const dense = Float32Array.from({ length: columns * width }, () => random.normal());

async function product(pool: KernelPool, options = {}): Promise<Float32Array> {
  const out = pool.floats(rows * width);
  const args = [pool.integers(sparse.indptr), pool.integers(sparse.indices), pool.floats(sparse.values), pool.floats(dense)];
  await pool.rows('sparseProduct', rows, [...args.map(({ address }) => address), 0, out.address, width], options);
  return out.values.slice();
}

test('a product of a sparse and a dense matrix is that of the sums written out', async () => {
  const out = await product(poolOf(1));
  for (let row = 0; row < rows; row++) {
    for (let d = 0; d < width; d++) {
      let sum = 0;
      for (let at = sparse.indptr[row] as number; at < (sparse.indptr[row + 1] as number); at++)
        sum += (sparse.values[at] as number) * (dense[(sparse.indices[at] as number) * width + d] as number);
      expect(out[row * width + d]).toBeCloseTo(sum, 4);
    }
  }
});

test('the result is the same to the last bit with one thread and with three', async () => {
  expect(await product(poolOf(3), { chunk: 7 })).toEqual(await product(poolOf(1)));
});

test('progress ends at all rows, and a stop is heard', async () => {
  for (const threads of [1, 2]) {
    const pool = poolOf(threads);
    let last = 0;
    await product(pool, {
      chunk: 8,
      onProgress: async (done: number, total: number) => {
        expect(total).toBe(rows);
        expect(done).toBeGreaterThanOrEqual(last);
        last = done;
      },
    });
    expect(last).toBe(rows);
    const stop = (): Promise<void> => Promise.reject(new Error('stopped'));
    await expect(product(pool, { chunk: 8, onProgress: stop })).rejects.toThrow('stopped');
    // And the pool goes on.
    expect((await product(pool))[0]).toBeDefined();
  }
});

test('memory that is released is taken again', () => {
  const pool = poolOf(1);
  const mark = pool.mark();
  const first = pool.floats(1000);
  pool.release(mark);
  const second = pool.floats(Float32Array.of(1, 2));
  expect(second.address).toBe(first.address);
  expect([...second.values]).toEqual([1, 2]);
  expect([...pool.floats(4).values]).toEqual([0, 0, 0, 0]);
});

test('more than there is is refused in words', () => {
  expect(() => poolOf(1).floats(2 ** 31)).toThrow(/needs 8\.0 GB at once/);
});

test('an unknown kernel is refused', async () => {
  await expect(poolOf(1).rows('nothing', 1, [])).rejects.toThrow('no kernel "nothing"');
});
