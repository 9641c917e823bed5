import { EngineError } from '#contract/errors';
import type { Matrix, NamedArrays } from '../math/arrays.ts';
import { solvePositive } from '../math/positive-solve.ts';
import { weighed } from './recency.ts';
import { savedMatrix } from './saved-matrix.ts';

/** What a row of one side is solved for: the vectors of the other side, their Gram matrix, and how much is regularised. */
export interface FoldInSide {
  others: Matrix;
  gram: Float64Array;
  unobserved: number;
  scale: number;
  exponent: number;
  /** How many later rows halve what an earlier one counts (`recency.ts`); 0: all alike. */
  recency: number;
}

/** The sides that users and items are folded in by, from what training saved. Throws `bad_data` where something is missing. */
export function foldInSides(arrays: NamedArrays): { users: FoldInSide; items: FoldInSide } {
  const numbers = (name: string): Float64Array => {
    const data = arrays[name]?.data;
    if (data instanceof Float64Array) return data;
    throw new EngineError('bad_data', `The iALS model has no array "${name}". Train it again.`, { array: name });
  };
  const [unobserved, scale, exponent, recency = 0] = numbers('ials.settings') as unknown as [number, number, number, number?];
  const sideOf = (other: string): FoldInSide => ({
    others: savedMatrix(arrays, `${other}.embedding`, 'iALS'),
    gram: numbers(`${other}.gram`),
    unobserved,
    scale,
    exponent,
    recency: 0,
  });
  return { users: { ...sideOf('item'), recency }, items: sideOf('user') };
}

/** The exact solution for a row that has these rows of the other side, each counted once, by its age: where training would take it if it stood still. */
export function foldIn({ others, gram, unobserved, scale, exponent, recency }: FoldInSide, rows: Int32Array): Float32Array {
  const { columns: d, data } = others;
  const own = weighed(rows, recency);
  if (own.length === 0) return new Float32Array(d);
  const a = gram.map((value) => unobserved * value);
  const b = new Float64Array(d);
  for (const [row, weight] of own) {
    const y = data.subarray(row * d, (row + 1) * d);
    for (let i = 0; i < d; i++) {
      const factor = weight * (y[i] as number);
      b[i] = (b[i] as number) + factor;
      for (let j = 0; j <= i; j++) a[i * d + j] = (a[i * d + j] as number) + factor * (y[j] as number);
    }
  }
  const strength = scale * (own.length + unobserved * others.rows) ** exponent;
  for (let i = 0; i < d; i++) a[i * d + i] = (a[i * d + i] as number) + strength;
  return Float32Array.from(solvePositive(a, b, d));
}
