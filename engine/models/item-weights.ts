import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import type { Algebra, Dense } from './algebra.ts';
import { createAlgebra } from './create-algebra.ts';
import { historiesFrom, historyArrays, pickRows, rowOf } from './histories.ts';
import type { FittedModel } from './model.ts';
import { floatsOf } from './sparse-rows.ts';

const name = 'item.weights';

/**
 * A model that scores item j by Σ over the items i of a user of weights[i][j]. `weights`, items × items, and the algebra in whose memory they lie are the
 * model's from now on: `dispose` ends them.
 */
export function scoreByItemWeights(algebra: Algebra, weights: Dense, histories: SparseMatrix): FittedModel {
  const itemCount = histories.columns;
  const scores = (rows: SparseMatrix): Float32Array => algebra.scope(() => algebra.read(algebra.onesProduct(rows, weights)));
  return {
    score: (userRows) => ({ rows: userRows.length, columns: itemCount, data: scores(pickRows(histories, userRows)) }),
    scoreItems: (itemRows) => scores(rowOf(itemRows, itemCount)),
    save: () => ({ [name]: { shape: [itemCount, itemCount], data: algebra.read(weights) }, ...historyArrays(histories) }),
    dispose() {
      algebra.free(weights);
      algebra.dispose();
    },
  };
}

export const hasItemWeights = (arrays: NamedArrays): boolean => name in arrays;

/** The model again from what it saved. Throws `bad_data` that names an array that is missing. */
export function loadItemWeights(arrays: NamedArrays): FittedModel {
  const data = floatsOf(arrays, name);
  const histories = historiesFrom(arrays);
  const { algebra } = createAlgebra();
  const weights = algebra.scope(() => algebra.keep(algebra.tensor(data, [histories.columns, histories.columns])));
  return scoreByItemWeights(algebra, weights, histories);
}
