import type { Matrix, NamedArrays } from '../math/arrays.ts';
import { savedMatrix } from './saved-matrix.ts';
import { integersOf } from './sparse-rows.ts';

/** What a row of one side is folded in by: of each row of the other side the sum of its layers below the last, its share of the mean, and how many it has. */
export interface FoldInGraph {
  lower: Matrix;
  degrees: Int32Array;
  unit: boolean;
}

/** The sides that users and items are folded in by, from what training saved. Throws `bad_data` where something is missing. */
export function foldInGraphs(arrays: NamedArrays): { users: FoldInGraph; items: FoldInGraph } {
  const sideOf = (other: string): FoldInGraph => ({
    lower: savedMatrix(arrays, `${other}.lower`, 'LightGCN'),
    degrees: integersOf(arrays, `${other}.degree`),
    unit: arrays['lightgcn.unit']?.data[0] === 1,
  });
  return { users: sideOf('item'), items: sideOf('user') };
}

/** The vector of a newcomer who has these rows of the other side, each counted once: what the graph makes of a row without a vector of its own. */
export function foldIn({ lower, degrees, unit }: FoldInGraph, rows: Int32Array): Float32Array {
  const { columns: d, data } = lower;
  const own = [...new Set(rows)].sort((a, b) => a - b);
  const sum = new Float64Array(d);
  for (const row of own) {
    const weight = 1 / Math.sqrt(own.length * Math.max(1, degrees[row] as number));
    for (let k = 0; k < d; k++) sum[k] = (sum[k] as number) + weight * (data[row * d + k] as number);
  }
  const length = unit ? Math.sqrt(sum.reduce((total, value) => total + value * value, 0)) : 1;
  return Float32Array.from(sum, (value) => (length > 0 ? value / length : 0));
}
