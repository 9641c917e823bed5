import type { Matrix, NamedArrays } from '../math/arrays.ts';
import { transpose } from '../math/sparse.ts';
import { scoreByItems } from './factorised.ts';
import type { FittedModel } from './model.ts';
import { type Histories, historiesOf, historyRow, namedHistories, type Recounted } from './recency.ts';
import { savedMatrix } from './saved-matrix.ts';
import { floatsOf, patternFrom } from './sparse-rows.ts';

/** What a graph filter is made of (see `spectral-filter.ts`). */
export interface Filter {
  histories: Histories;
  /** 1 / (n σ²) of each user. */
  userWeights: Float32Array;
  /** n^-b of each item. */
  itemScales: Float32Array;
  /** V: items × components. */
  vectors: Matrix;
  alpha: number;
}

/** A user's items, ascending, and how much each counts: 1 where it is not said. */
interface Counted {
  items: Int32Array;
  counts?: Float32Array;
}

/** A fitted model that scores by the filter: whoever has items, known or not, is scored by them alone. */
export function scoreByFilter(filter: Filter): FittedModel & Recounted {
  const { histories, userWeights, itemScales, vectors, alpha } = filter;
  const history = patternFrom(histories.cells);
  const { columns: itemCount } = history;
  const { columns: width, data } = vectors;
  const byItem = patternFrom(transpose({ ...history, values: new Float32Array(history.indices.length) }));
  // alpha D^b V: what a user's coordinates are multiplied by.
  const ends: Matrix = { ...vectors, data: data.slice() };
  for (let item = 0; item < itemCount; item++) {
    const scale = alpha / (itemScales[item] as number);
    for (let at = item * width; at < (item + 1) * width; at++) ends.data[at] = scale * (data[at] as number);
  }

  const common = new Float64Array(history.rows);
  /** into += r X~ᵀ X~: over the users who share something, only those. */
  function addLinear(own: Counted, into: Float32Array): void {
    const met: number[] = [];
    own.items.forEach((item, i) => {
      const scale = (itemScales[item] as number) * (own.counts?.[i] ?? 1);
      for (let at = byItem.indptr[item] as number; at < (byItem.indptr[item + 1] as number); at++) {
        const user = byItem.indices[at] as number;
        if (common[user] === 0) met.push(user);
        common[user] = (common[user] as number) + scale;
      }
    });
    const sums = new Float64Array(itemCount);
    for (const user of met) {
      const weight = (common[user] as number) * (userWeights[user] as number);
      common[user] = 0;
      for (let at = history.indptr[user] as number; at < (history.indptr[user + 1] as number); at++) {
        const item = history.indices[at] as number;
        sums[item] = (sums[item] as number) + weight;
      }
    }
    for (let item = 0; item < itemCount; item++)
      into[item] = (into[item] as number) + (sums[item] as number) * (itemScales[item] as number);
  }

  /** r D^-b V. */
  function addCoordinates(own: Counted, into: Float32Array): void {
    own.items.forEach((item, i) => {
      const scale = (itemScales[item] as number) * (own.counts?.[i] ?? 1);
      for (let d = 0; d < width; d++) into[d] = (into[d] as number) + scale * (data[item * width + d] as number);
    });
  }

  /** Coordinates of users for the one product with all items that the countings share. */
  let coordinatesOf: (userRows: Int32Array) => Matrix = () => ({ rows: 0, columns: width, data: new Float32Array(0) });
  const ideal = scoreByItems(ends, (userRows) => coordinatesOf(userRows));

  function countedBy(others: Histories): FittedModel & Recounted {
    const { cells, recency } = others;
    const itemsOf = (user: number): Counted => {
      const [begin, end] = [history.indptr[user], history.indptr[user + 1]];
      return { items: history.indices.subarray(begin, end), ...(cells.values ? { counts: cells.values.subarray(begin, end) } : {}) };
    };
    const coordinates = (userRows: Int32Array): Matrix => {
      const found = new Float32Array(userRows.length * width);
      userRows.forEach((user, i) => {
        addCoordinates(itemsOf(user), found.subarray(i * width, (i + 1) * width));
      });
      return { rows: userRows.length, columns: width, data: found };
    };
    return {
      counting: countedBy,
      score(userRows) {
        coordinatesOf = coordinates;
        const scores = ideal.score(userRows);
        userRows.forEach((user, i) => {
          addLinear(itemsOf(user), scores.data.subarray(i * itemCount, (i + 1) * itemCount));
        });
        return scores;
      },
      scoreItems(itemRows) {
        const { indices: items, values: counts } = historyRow(itemRows, itemCount, recency);
        const own = { items, counts };
        const coordinates = new Float32Array(width);
        addCoordinates(own, coordinates);
        const scores = new Float32Array(itemCount);
        for (let item = 0; item < itemCount; item++) {
          let sum = 0;
          for (let d = 0; d < width; d++) sum += (coordinates[d] as number) * (ends.data[item * width + d] as number);
          scores[item] = sum;
        }
        addLinear(own, scores);
        return scores;
      },
      save: () => ({
        ...namedHistories(others),
        'user.weight': { shape: [userWeights.length], data: userWeights },
        'item.scale': { shape: [itemScales.length], data: itemScales },
        'item.singular': { shape: [itemCount, width], data },
        alpha: { shape: [1], data: Float64Array.of(alpha) },
      }),
      dispose: () => ideal.dispose(),
    };
  }
  return countedBy(histories);
}

/** The same again from what it saved. Throws `bad_data` where an array is missing. */
export function loadFilter(arrays: NamedArrays, label: string): FittedModel {
  return scoreByFilter({
    histories: historiesOf(arrays),
    userWeights: floatsOf(arrays, 'user.weight'),
    itemScales: floatsOf(arrays, 'item.scale'),
    vectors: savedMatrix(arrays, 'item.singular', label),
    alpha: (arrays.alpha?.data[0] ?? 0) as number,
  });
}
