import type { Matrix } from '../math/arrays.ts';
import type { FittedModel } from './model.ts';
import { tensorFlow } from './tensorflow.ts';

/** A fitted model of user and item vectors, score = dot product, by one matrix product for a block of users. The caller adds what it saves. */
export function scoreByVectors(users: Matrix, items: Matrix): FittedModel & { dispose(): void } {
  const { tf } = tensorFlow();
  const itemTensor = tf.tensor2d(items.data, [items.rows, items.columns]);
  return {
    score(userRows) {
      const rows = new Float32Array(userRows.length * users.columns);
      userRows.forEach((user, i) => {
        rows.set(users.data.subarray(user * users.columns, (user + 1) * users.columns), i * users.columns);
      });
      const userTensor = tf.tensor2d(rows, [userRows.length, users.columns]);
      const scores = tf.matMul(userTensor, itemTensor, false, true);
      const data = scores.dataSync() as Float32Array;
      tf.dispose([userTensor, scores]);
      return { rows: userRows.length, columns: items.rows, data };
    },
    embed: () => ({ users, items }),
    save: () => ({
      'user.embedding': { shape: [users.rows, users.columns], data: users.data },
      'item.embedding': { shape: [items.rows, items.columns], data: items.data },
    }),
    dispose: () => itemTensor.dispose(),
  };
}
