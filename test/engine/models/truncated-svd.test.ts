import { afterEach, expect, test } from 'vitest';
import { createKernelPool, type KernelPool } from '../../../engine/kernels/kernel-pool.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { buildSparseMatrix, transpose } from '../../../engine/math/sparse.ts';
import { symmetricEigen } from '../../../engine/math/symmetric-eigen.ts';
import { leadingVectors } from '../../../engine/models/truncated-svd.ts';

const pools: KernelPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.dispose()));
});
const quiet = async (): Promise<void> => {};

function drawn(rows: number, columns: number, cells: number) {
  const random = createRandom(3, 'svd');
  const draw = (limit: number): Int32Array => Int32Array.from({ length: cells }, () => Math.floor(limit * random.next() ** 2));
  const matrix = buildSparseMatrix(
    rows,
    columns,
    draw(rows),
    draw(columns),
    Float32Array.from({ length: cells }, () => random.next()),
  );
  return { matrix, turned: transpose(matrix) };
}

async function decompose(of: ReturnType<typeof drawn>, components: number, threads = 2) {
  const pool = createKernelPool({ threads });
  pools.push(pool);
  return leadingVectors(pool, of, components, createRandom(1, 'start'), quiet);
}

test('the leading vectors span what those of AᵀA span, in 64 bits', async () => {
  const of = drawn(400, 150, 6000);
  const n = 150;
  const gram = new Float64Array(n * n);
  const { indptr, indices, values } = of.matrix;
  for (let row = 0; row < 400; row++) {
    for (let a = indptr[row] as number; a < (indptr[row + 1] as number); a++) {
      for (let b = indptr[row] as number; b < (indptr[row + 1] as number); b++) {
        const at = (indices[a] as number) * n + (indices[b] as number);
        gram[at] = (gram[at] as number) + (values[a] as number) * (values[b] as number);
      }
    }
  }
  const exact = symmetricEigen(gram, n);
  const found = await decompose(of, 10);
  for (let k = 0; k < 10; k++) {
    expect(found.values[k]).toBeCloseTo(Math.sqrt(exact.values[n - 1 - k] as number), 4);
    let dot = 0;
    for (let i = 0; i < n; i++) dot += (exact.vectors[(n - 1 - k) * n + i] as number) * (found.vectors.data[i * 10 + k] as number);
    expect(Math.abs(dot)).toBeCloseTo(1, 4);
  }
});

test('it is the same with one thread and with three', async () => {
  const of = drawn(2000, 3000, 20_000);
  expect(await decompose(of, 20, 1)).toEqual(await decompose(of, 20, 3));
});

test('a matrix of less rank than was asked for has zeros in the place of further vectors', async () => {
  // Two blocks of ones: rank 2, singular values √6 and 2.
  const cells = [0, 1, 2].flatMap((row) => [0, 1].map((column) => [row, column] as const));
  for (const row of [3, 4]) for (const column of [2, 3]) cells.push([row, column]);
  const matrix = buildSparseMatrix(
    5,
    5,
    cells.map(([row]) => row),
    cells.map(([, column]) => column),
  );
  const { vectors, values } = await decompose({ matrix, turned: transpose(matrix) }, 4);
  expect([...values].map((value) => Number(value.toFixed(5)))).toEqual([2.44949, 2, 0, 0]);
  const half = Math.SQRT1_2;
  const expected = [half, 0, 0, 0, half, 0, 0, 0, 0, half, 0, 0, 0, half, 0, 0, 0, 0, 0, 0];
  expected.forEach((value, at) => {
    expect(Math.abs(vectors.data[at] as number)).toBeCloseTo(value, 5);
  });
});

test('a stop is heard at once', async () => {
  const pool = createKernelPool();
  pools.push(pool);
  const stop = () => Promise.reject(new Error('stopped'));
  await expect(leadingVectors(pool, drawn(300, 200, 3000), 16, createRandom(1), stop)).rejects.toThrow('stopped');
});
