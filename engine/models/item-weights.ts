import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import type { Algebra, Dense } from './algebra.ts';
import { createAlgebra } from './create-algebra.ts';
import { pickRows } from './histories.ts';
import type { FittedModel } from './model.ts';
import { type Histories, historiesOf, historyRow, namedHistories, type Recounted } from './recency.ts';
import { floatsOf, type Pattern } from './sparse-rows.ts';

const name = 'item.weights';

/**
 * A model that scores item j by Σ over the items i of a user of weights[i][j], each as much as the item counts in the history. `weights`, items × items, and
 * the algebra in whose memory they lie are the model's from now on: `dispose` ends them.
 */
export function scoreByItemWeights(algebra: Algebra, weights: Dense, histories: Histories): FittedModel & Recounted {
  const { cells, recency } = histories;
  const itemCount = cells.columns;
  const scores = (rows: Pattern | SparseMatrix): Float32Array =>
    algebra.scope(() =>
      algebra.read(recency > 0 ? algebra.sparseProduct(rows as SparseMatrix, weights) : algebra.onesProduct(rows, weights)),
    );
  return {
    counting: (others) => scoreByItemWeights(algebra, weights, others),
    score: (userRows) => ({ rows: userRows.length, columns: itemCount, data: scores(pickRows(cells, userRows)) }),
    scoreItems: (itemRows) => scores(historyRow(itemRows, itemCount, recency)),
    save: () => ({ [name]: { shape: [itemCount, itemCount], data: algebra.read(weights) }, ...namedHistories(histories) }),
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
  const histories = historiesOf(arrays);
  const itemCount = histories.cells.columns;
  const { algebra } = createAlgebra();
  const weights = algebra.scope(() => algebra.keep(algebra.tensor(data, [itemCount, itemCount])));
  return scoreByItemWeights(algebra, weights, histories);
}
