import type { NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { transpose } from '../math/sparse.ts';
import type { Algebra, Dense } from './algebra.ts';
import { createAlgebra } from './create-algebra.ts';
import { historiesFrom, historyArrays, pickRows, rowOf } from './histories.ts';
import type { FittedModel } from './model.ts';
import { floatsOf } from './sparse-rows.ts';

/** The user side of a ridge regression on D_u^-a R D_i^-b. */
export interface UserSide {
  /** P = (K + ridge · I)⁻¹, users × users. */
  inverse: Dense;
  ridge: number;
  /** D_u^-a, one value a user. */
  userScales: Float32Array;
  /** D_i^-2b, one value an item. */
  itemScales: Float32Array;
  /** R: ones. */
  histories: SparseMatrix;
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
 *   someone whom training knew:  w = D_u^a K P D_u^-a of the user's row = e_u − ridge · D_u^a P D_u^-a
 *   someone unknown:             w = k P D_u^-a,   k_v = d_v^-a Σ over the items i of both: d_i^-2b
 *
 * The inverse lies in the memory of `algebra`; both are the model's from now on, and `dispose` ends them.
 */
export function scoreByUserWeights(algebra: Algebra, side: UserSide): FittedModel {
  const { inverse, ridge, userScales, itemScales, histories } = side;
  const itemCount = histories.columns;
  const byItem = transpose(histories);
  /** w R of weights that lie in rows, one row a user. */
  const summed = (weights: Dense): Dense => algebra.transpose(algebra.onesProduct(byItem, algebra.transpose(weights)));
  const scaled = (weights: Dense): Dense => algebra.multiply(weights, algebra.tensor(userScales, [userScales.length]));
  return {
    score(userRows) {
      const own = pickRows(histories, userRows);
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
    scoreItems(itemRows) {
      const kernel = new Float32Array(histories.rows);
      for (const item of rowOf(itemRows, itemCount).indices) {
        for (let at = byItem.indptr[item] as number; at < (byItem.indptr[item + 1] as number); at++) {
          const user = byItem.indices[at] as number;
          kernel[user] = (kernel[user] as number) + (userScales[user] as number) * (itemScales[item] as number);
        }
      }
      return algebra.scope(() => algebra.read(summed(scaled(algebra.product(algebra.tensor(kernel, [1, kernel.length]), inverse)))));
    },
    save: () => ({
      [names.inverse]: { shape: [histories.rows, histories.rows], data: algebra.read(inverse) },
      [names.userScales]: { shape: [userScales.length], data: userScales },
      [names.itemScales]: { shape: [itemScales.length], data: itemScales },
      [names.ridge]: { shape: [1], data: Float32Array.of(ridge) },
      ...historyArrays(histories),
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
  const histories = historiesFrom(arrays);
  const { algebra } = createAlgebra();
  const inverse = algebra.scope(() => algebra.keep(algebra.tensor(values, [userScales.length, userScales.length])));
  return scoreByUserWeights(algebra, { inverse, ridge: ridge as number, userScales, itemScales, histories });
}
