import { afterEach, expect, test } from 'vitest';
import { gramOf, paddedColumns } from '../../../engine/kernels/gram.ts';
import { createKernelPool, type KernelPool } from '../../../engine/kernels/kernel-pool.ts';
import { createRandom } from '../../../engine/math/random.ts';

const pools: KernelPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.dispose()));
});
function poolOf(threads: number): KernelPool {
  const pool = createKernelPool({ threads });
  pools.push(pool);
  return pool;
}

const rows = 2501;
const columns = 48;
const random = createRandom(5);
const values = Float32Array.from({ length: rows * columns }, () => random.normal());
const quiet = async (): Promise<void> => {};

test('a Gram matrix is that of the sums written out, and the same with one thread and with three', async () => {
  const one = poolOf(1);
  const gram = await gramOf(one, { rows, columns, block: one.floats(values) }, quiet);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += (values[row * columns + i] as number) * (values[row * columns + j] as number);
      expect(Math.abs((gram[i * columns + j] as number) - sum)).toBeLessThan(0.01);
    }
  }
  const three = poolOf(3);
  expect(await gramOf(three, { rows, columns, block: three.floats(values) }, quiet)).toEqual(gram);
});

test('a dense product in place and into another width is that of the sums written out', async () => {
  const square = Float32Array.from({ length: columns * columns }, () => random.normal());
  for (const [width, threads] of [
    [columns, 1],
    [16, 3],
  ] as const) {
    const pool = poolOf(threads);
    const [x, b] = [pool.floats(values), pool.floats(square.subarray(0, columns * width))];
    const out = width === columns ? x : pool.floats(rows * width);
    await pool.rows('denseProduct', rows, [x.address, b.address, out.address, columns, width], { scratch: 16 * columns, chunk: 10 });
    for (const row of [0, 1, 1249, 2497, 2498, 2499, 2500]) {
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let k = 0; k < columns; k++) sum += (values[row * columns + k] as number) * (square[k * width + j] as number);
        expect(out.values[row * width + j]).toBeCloseTo(sum, 3);
      }
    }
  }
});

test('columns are padded to a multiple of sixteen', () => {
  expect([1, 16, 17, 64].map(paddedColumns)).toEqual([16, 16, 32, 64]);
});
