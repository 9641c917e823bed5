import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { transpose } from '../math/sparse.ts';
import type { Algebra, Dense } from './algebra.ts';
import { createAlgebra } from './create-algebra.ts';
import { pickRows, withOnes } from './histories.ts';
import type { FittedModel } from './model.ts';
import { type Histories, historiesOf, historyRow, namedHistories, type Recounted } from './recency.ts';
import { addRow, floatsOf } from './sparse-rows.ts';

/** The user side of a ridge regression on D_u^-a R D_i^-b. */
export interface UserSide {
  /** P = (K + ridge · I)⁻¹, users × users. */
  inverse: Dense;
  ridge: number;
  /** D_u^-a, one value a user. */
  userScales: Float32Array;
  /** D_i^-2b, one value an item. */
  itemScales: Float32Array;
  histories: Histories;
}

const names = {
  inverse: 'user.inverse',
  userScales: 'user.scale',
  itemScales: 'item.scale',
  ridge: 'ridge',
};

/**
 * A model whose scores are weighted sums of the users' histories, w R. With K the kernel of the scaled histories and P = (K + ridge · I)⁻¹
 *
 *   someone whom training knew:         w = D_u^a K P D_u^-a of the user's row = e_u − ridge · D_u^a P D_u^-a
 *   someone unknown, or by recency:     w = k P D_u^-a,   k_v = d_v^-a Σ over the items i of both: (how much i counts) · d_i^-2b
 *
 * The inverse lies in the memory of `algebra`; both are the model's from now on, and `dispose` ends them.
 */
export function scoreByUserWeights(algebra: Algebra, side: UserSide): FittedModel & Recounted {
  const { inverse, ridge, userScales, itemScales, histories } = side;
  const { cells, recency } = histories;
  const [userCount, itemCount] = [cells.rows, cells.columns];
  const byItem = transpose(withOnes(cells));
  /** w R of weights that lie in rows, one row a user. */
  const summed = (weights: Dense): Dense => algebra.transpose(algebra.onesProduct(byItem, algebra.transpose(weights)));
  const scaled = (weights: Dense): Dense => algebra.multiply(weights, algebra.tensor(userScales, [userScales.length]));
  /** w R of anybody: one row of items a user, each item with how much it counts. */
  function scoresOf(rows: SparseMatrix): Float32Array {
    const kernel = new Float32Array(rows.rows * userCount);
    for (let row = 0; row < rows.rows; row++) {
      const into = kernel.subarray(row * userCount, (row + 1) * userCount);
      for (let at = rows.indptr[row] as number; at < (rows.indptr[row + 1] as number); at++) {
        const item = rows.indices[at] as number;
        addRow(into, byItem, item, (rows.values[at] as number) * (itemScales[item] as number));
      }
      for (let user = 0; user < userCount; user++) into[user] = (into[user] as number) * (userScales[user] as number);
    }
    return algebra.scope(() => algebra.read(summed(scaled(algebra.product(algebra.tensor(kernel, [rows.rows, userCount]), inverse)))));
  }
  return {
    counting: (others) => scoreByUserWeights(algebra, { ...side, histories: others }),
    score(userRows) {
      const own = pickRows(cells, userRows);
      if (recency > 0) return { rows: userRows.length, columns: itemCount, data: scoresOf(own) };
      const data = algebra.scope(() => {
        const back = Float32Array.from(userRows, (row) => -ridge / (userScales[row] as number));
        return algebra.read(summed(scaled(algebra.multiply(algebra.pick(inverse, userRows), algebra.tensor(back, [back.length, 1])))));
      });
      for (let i = 0; i < own.rows; i++) {
        for (let at = own.indptr[i] as number; at < (own.indptr[i + 1] as number); at++) {
          const cell = i * itemCount + (own.indices[at] as number);
          data[cell] = (data[cell] as number) + 1;
        }
      }
      return { rows: userRows.length, columns: itemCount, data };
    },
    scoreItems: (itemRows) => scoresOf(historyRow(itemRows, itemCount, recency)),
    save: () => ({
      [names.inverse]: { shape: [userCount, userCount], data: algebra.read(inverse) },
      [names.userScales]: { shape: [userScales.length], data: userScales },
      [names.itemScales]: { shape: [itemScales.length], data: itemScales },
      [names.ridge]: { shape: [1], data: Float32Array.of(ridge) },
      ...namedHistories(histories),
    }),
    dispose() {
      algebra.free(inverse);
      algebra.dispose();
    },
  };
}

/** The model again from what it saved. Throws `bad_data` that names an array that is missing. */
export function loadUserWeights(arrays: NamedArrays): FittedModel {
  const values = floatsOf(arrays, names.inverse);
  const [userScales, itemScales] = [floatsOf(arrays, names.userScales), floatsOf(arrays, names.itemScales)];
  const [ridge] = floatsOf(arrays, names.ridge);
  const histories = historiesOf(arrays);
  const { algebra } = createAlgebra();
  const inverse = algebra.scope(() => algebra.keep(algebra.tensor(values, [userScales.length, userScales.length])));
  return scoreByUserWeights(algebra, { inverse, ridge: ridge as number, userScales, itemScales, histories });
}
