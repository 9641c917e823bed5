import { type Matrix, rowsOf } from '../math/arrays.ts';
import type { FittedModel } from './model.ts';
import { tensorFlow } from './tensorflow.ts';

/** Scores of users whose vectors are made when they are asked for: dot products with all items, by one matrix product for a block of users. */
export function scoreByItems(items: Matrix, vectorsOf: (userRows: Int32Array) => Matrix): Pick<FittedModel, 'score'> & { dispose(): void } {
  const { tf } = tensorFlow();
  const itemTensor = tf.tensor2d(items.data, [items.rows, items.columns]);
  return {
    score(userRows) {
      const users = vectorsOf(userRows);
      const userTensor = tf.tensor2d(users.data, [users.rows, users.columns]);
      const scores = tf.matMul(userTensor, itemTensor, false, true);
      const data = scores.dataSync() as Float32Array;
      tf.dispose([userTensor, scores]);
      return { rows: userRows.length, columns: items.rows, data };
    },
    dispose: () => itemTensor.dispose(),
  };
}

/** A fitted model of user and item vectors, score = dot product. The caller adds what it saves. */
export function scoreByVectors(users: Matrix, items: Matrix): FittedModel & { dispose(): void } {
  return {
    ...scoreByItems(items, (userRows) => rowsOf(users, userRows)),
    embed: () => ({ users, items }),
    save: () => ({
      'user.embedding': { shape: [users.rows, users.columns], data: users.data },
      'item.embedding': { shape: [items.rows, items.columns], data: items.data },
    }),
  };
}
