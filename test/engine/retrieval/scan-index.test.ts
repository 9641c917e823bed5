import { describe, expect, test } from 'vitest';
import type { Matrix } from '../../../engine/math/arrays.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { topK } from '../../../engine/math/top-k.ts';
import { dotRow } from '../../../engine/retrieval/rescore.ts';
import { createScanIndex, type ScanIndex } from '../../../engine/retrieval/scan-index.ts';

function vectors(rows: number, columns: number, spread: (row: number) => number = () => 1, seed = 1): Matrix {
  const random = createRandom(seed, 'scan');
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < data.length; i++) data[i] = random.normal() * spread(Math.floor(i / columns));
  return { rows, columns, data };
}

/** Every row counted in full and sorted: the definition. */
function byDefinition(items: Matrix, query: Float32Array, k: number, mayBeFound: (row: number) => boolean) {
  const scores = Float32Array.from({ length: items.rows }, (_, row) =>
    mayBeFound(row) ? dotRow(items, row, query) : Number.NEGATIVE_INFINITY,
  );
  const size = Math.min(k, scores.filter((score) => score > Number.NEGATIVE_INFINITY).length);
  const { rows, scores: best } = topK(scores, size);
  return { rows: [...rows], scores: [...best] };
}

const indexOf = (items: Matrix): ScanIndex => {
  const index = createScanIndex(items);
  if (!index) throw new Error('This machine has no vectors in WebAssembly.');
  return index;
};

const sets: [string, Matrix][] = [
  ['one row of one column', vectors(1, 1)],
  ['rows that are no multiple of four, columns none of eight', vectors(1003, 13)],
  ['64 columns', vectors(2000, 64)],
  ['300 columns', vectors(500, 300)],
  ['lengths from a thousandth to a thousand', vectors(2000, 32, (row) => 10 ** ((row % 7) - 3))],
  ['vectors that differ by less than 16 bits show', near(1000, 16)],
  ['a whole number of equal rows', equalRows(400, 8)],
  ['zero vectors', { rows: 50, columns: 8, data: new Float32Array(400) }],
];

/** One direction, and little noise: hundreds of rows lie within what rounding hides. */
function near(rows: number, columns: number): Matrix {
  const noise = vectors(rows, columns, () => 1e-6);
  return { rows, columns, data: noise.data.map((value, i) => value + Math.sin(1 + (i % columns))) };
}

function equalRows(rows: number, columns: number): Matrix {
  const few = vectors(5, columns);
  return { rows, columns, data: Float32Array.from({ length: rows * columns }, (_, i) => few.data[i % few.data.length] as number) };
}

describe.each(sets)('%s', (_name, items) => {
  const random = createRandom(9, 'queries');
  const queries = Array.from({ length: 8 }, () => Float32Array.from({ length: items.columns }, () => random.normal()));

  test('finds exactly what counting every row in full finds', () => {
    const index = indexOf(items);
    for (const query of queries) {
      for (const k of [1, 10, items.rows, items.rows + 5]) {
        const { rows, scores } = index.search(query, k);
        expect({ rows: [...rows], scores: [...scores] }).toEqual(byDefinition(items, query, k, () => true));
      }
    }
  });

  test('leaves out single rows and all that are not allowed, and still finds k where k are left', () => {
    const index = indexOf(items);
    const allowed = Uint8Array.from({ length: items.rows }, (_, row) => (row % 3 === 0 ? 1 : 0));
    const rows = Array.from({ length: Math.min(40, items.rows) }, (_, i) => (i * 7) % items.rows);
    for (const query of queries) {
      const found = index.searchWithout(query, 20, { rows, allowed });
      expect({ rows: [...found.rows], scores: [...found.scores] }).toEqual(
        byDefinition(items, query, 20, (row) => allowed[row] === 1 && !rows.includes(row)),
      );
      // Nothing of it is left for the next search.
      expect([...index.search(query, 5).rows]).toEqual(byDefinition(items, query, 5, () => true).rows);
    }
  });
});

test('a query of zeros finds rows in their order, all with 0', () => {
  const found = indexOf(vectors(20, 8)).search(new Float32Array(8), 3);
  expect([[...found.rows], [...found.scores]]).toEqual([
    [0, 1, 2],
    [0, 0, 0],
  ]);
});

test('what no index can order is refused', () => {
  expect(() => createScanIndex({ rows: 1, columns: 2, data: Float32Array.of(1, Number.NaN) })).toThrow(/row 0/);
  expect(() => indexOf(vectors(4, 8)).search(new Float32Array(7), 1)).toThrow(/7 numbers/);
  expect(() => indexOf(vectors(4, 8)).search(new Float32Array(8).fill(Number.POSITIVE_INFINITY), 1)).toThrow(/not finite/);
});
