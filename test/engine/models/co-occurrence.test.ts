import { beforeAll, expect, test } from 'vitest';
import { createKernelPool } from '../../../engine/kernels/kernel-pool.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { buildSparseMatrix } from '../../../engine/math/sparse.ts';
import { coOccurrenceOf } from '../../../engine/models/co-occurrence.ts';
import { createAlgebra } from '../../../engine/models/create-algebra.ts';
import { createOwned } from '../../../engine/models/owned.ts';
import { wholeOf } from '../../../engine/models/symmetric.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

test.each([1, 3])('what columns have in common, weighed and scaled, with %i threads', async (threads) => {
  const [rows, columns] = [60, 150];
  const random = createRandom(2, 'cells');
  const cells = Array.from({ length: 900 }, () => [random.integer(rows), random.integer(columns)] as const);
  const matrix = buildSparseMatrix(
    rows,
    columns,
    cells.map(([row]) => row),
    cells.map(([, column]) => column),
  );
  const rowWeights = Float32Array.from({ length: rows }, () => 0.5 + random.next());
  const columnScales = Float32Array.from({ length: columns }, () => 0.5 + random.next());

  const expected = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    const own = matrix.indices.subarray(matrix.indptr[row], matrix.indptr[row + 1]);
    for (const i of own)
      for (const j of own)
        expected[i * columns + j] =
          (expected[i * columns + j] as number) + (rowWeights[row] as number) * (columnScales[i] as number) * (columnScales[j] as number);
  }

  const pool = createKernelPool({ threads });
  const { algebra } = createAlgebra();
  const owned = createOwned(algebra);
  const result = await coOccurrenceOf(pool, owned, { matrix, rowWeights, columnScales }, async () => {});
  const values = algebra.read(wholeOf(owned, result));
  expect(values).toHaveLength(expected.length);
  expected.forEach((value, at) => {
    expect(values[at]).toBeCloseTo(value, 4);
  });
  owned.dropAll();
  algebra.dispose();
  await pool.dispose();
});
