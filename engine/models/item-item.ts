import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import type { FittedModel } from './model.ts';
import { addRow, multiplyRows, namedPattern, namedSparse, type Pattern, patternOf, sparseOf } from './sparse-rows.ts';

/**
 * A fitted model of a sparse items × items matrix: the score of an item is the sum over what a user has of its weight in their rows. Needs nothing of a user but
 * their items, and so scores somebody unknown as it scores everybody else.
 */
export function scoreByItemItem(weights: SparseMatrix, history: Pattern, facts?: FittedModel['facts']): FittedModel {
  return {
    score: (userRows) => multiplyRows(history, weights, userRows),
    scoreItems(itemRows) {
      const scores = new Float32Array(weights.columns);
      for (const item of Int32Array.from(new Set(itemRows)).sort()) addRow(scores, weights, item, 1);
      return scores;
    },
    save: () => ({ ...namedSparse('similar', weights), ...namedPattern('history', history) }),
    ...(facts ? { facts } : {}),
  };
}

/** The same again from what it saved. Throws `bad_data` where an array is missing. */
export function loadItemItem(arrays: NamedArrays): FittedModel {
  return scoreByItemItem(sparseOf(arrays, 'similar'), patternOf(arrays, 'history'));
}
