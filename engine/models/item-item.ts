import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import type { FittedModel } from './model.ts';
import { type Histories, historiesOf, namedHistories, weighed } from './recency.ts';
import { addRow, multiplyRows, namedSparse, sparseOf } from './sparse-rows.ts';

/**
 * A fitted model of a sparse items × items matrix: the score of an item is the sum over what a user has of its weight in their rows. Needs nothing of a user but
 * their items, and so scores somebody unknown as it scores everybody else.
 */
export interface ItemItem extends FittedModel {
  weights: SparseMatrix;
}

export function scoreByItemItem(weights: SparseMatrix, histories: Histories): ItemItem {
  return {
    weights,
    score: (userRows) => multiplyRows(histories.cells, weights, userRows),
    scoreItems(itemRows) {
      const scores = new Float32Array(weights.columns);
      for (const [item, weight] of weighed(itemRows, histories.recency).sort(([a], [b]) => a - b)) addRow(scores, weights, item, weight);
      return scores;
    },
    save: () => ({ ...namedSparse('similar', weights), ...namedHistories(histories) }),
  };
}

/** The same again from what it saved. Throws `bad_data` where an array is missing. */
export function loadItemItem(arrays: NamedArrays): FittedModel {
  return scoreByItemItem(sparseOf(arrays, 'similar'), historiesOf(arrays));
}
