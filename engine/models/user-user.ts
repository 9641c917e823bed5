import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { transpose } from '../math/sparse.ts';
import { selectTopK } from '../math/top-k.ts';
import type { FittedModel } from './model.ts';
import { lengthOf, type NormTerms } from './neighbour-weighting.ts';
import {
  addRow,
  floatsOf,
  multiplyRows,
  namedPattern,
  namedSparse,
  type Pattern,
  patternFrom,
  patternOf,
  sparseOf,
} from './sparse-rows.ts';

/** What User-KNN has learned. */
interface UserUser {
  /** Users × users. */
  similar: SparseMatrix;
  history: Pattern;
  /** What an item's score is multiplied by. */
  itemScales: Float32Array;
  /** What it takes to find the neighbours of somebody unknown. */
  itemWeights: Float32Array;
  userNorms: Float32Array;
  terms: NormTerms;
}

/** Users most like somebody who has these items, as one row of `similar`. */
function neighboursOf(
  own: Int32Array,
  byItem: Pattern,
  fitted: UserUser,
  neighbours: number,
  shrinkage: number,
): [user: number, similarity: number][] {
  const users = fitted.userNorms.length;
  const shared = new Float32Array(users);
  let weight = 0;
  for (const item of own) {
    weight += fitted.itemWeights[item] as number;
    addRow(shared, byItem, item, fitted.itemWeights[item] as number);
  }
  const norm = lengthOf(fitted.terms, own.length, weight);
  for (let user = 0; user < users; user++) {
    const sum = shared[user] as number;
    shared[user] = sum === 0 ? Number.NEGATIVE_INFINITY : sum / (norm * (fitted.userNorms[user] as number) + shrinkage);
  }
  const kept = Math.min(neighbours, users);
  const [rows, best] = [new Int32Array(kept), new Float32Array(kept)];
  const count = selectTopK(shared, 0, users, kept, rows, best, 0);
  return Array.from(rows.subarray(0, count), (user, i): [number, number] => [user, best[i] as number]).sort(([a], [b]) => a - b);
}

function scale(scores: Float32Array, scales: Float32Array): void {
  const items = scales.length;
  for (let at = 0, item = 0; at < scores.length; at++) {
    scores[at] = (scores[at] as number) * (scales[item] as number);
    if (++item === items) item = 0;
  }
}

/** A fitted model that scores an item by the similar users who have it. */
export function scoreByUserUser(fitted: UserUser, neighbours: number, shrinkage: number): FittedModel {
  const { similar, history, itemScales, itemWeights, userNorms, terms } = fitted;
  let byItem: Pattern | undefined;
  return {
    score(userRows) {
      const scores = multiplyRows(similar, history, userRows);
      scale(scores.data, itemScales);
      return scores;
    },
    scoreItems(itemRows) {
      byItem ??= patternFrom(transpose({ ...history, values: new Float32Array(history.indices.length) }));
      const own = Int32Array.from(new Set(itemRows)).sort();
      const scores = new Float32Array(history.columns);
      for (const [user, similarity] of neighboursOf(own, byItem, fitted, neighbours, shrinkage)) addRow(scores, history, user, similarity);
      scale(scores, itemScales);
      return scores;
    },
    save: () => ({
      ...namedSparse('similar', similar),
      ...namedPattern('history', history),
      'item.scale': { shape: [itemScales.length], data: itemScales },
      'item.weight': { shape: [itemWeights.length], data: itemWeights },
      'user.norm': { shape: [userNorms.length], data: userNorms },
      'norm.terms': { shape: [3], data: Float64Array.from(terms) },
    }),
  };
}

/** The same again from what it saved. Throws `bad_data` where an array is missing. */
export function loadUserUser(arrays: NamedArrays, neighbours: number, shrinkage: number): FittedModel {
  const [constant, perFeature, perRoot] = arrays['norm.terms']?.data ?? [0, 0, 1];
  const fitted: UserUser = {
    similar: sparseOf(arrays, 'similar'),
    history: patternOf(arrays, 'history'),
    itemScales: floatsOf(arrays, 'item.scale'),
    itemWeights: floatsOf(arrays, 'item.weight'),
    userNorms: floatsOf(arrays, 'user.norm'),
    terms: [constant as number, perFeature as number, perRoot as number],
  };
  return scoreByUserUser(fitted, neighbours, shrinkage);
}
