import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../engine/math/random.ts';
import { toSparseMatrix } from '../../engine/math/sparse.ts';
import { ease } from '../../engine/models/ease.ts';
import { normalisedLinear } from '../../engine/models/normalised-linear.ts';
import { loadTensorFlow } from '../../engine/models/tensorflow.ts';
import { noFeatures, quietContext } from '../support/training-sets.ts';

const python = process.platform === 'win32' ? 'python' : 'python3';
const hasNumpy = spawnSync(python, ['-c', 'import numpy']).status === 0;

if (!hasNumpy) process.stderr.write('numpy is missing, so the linear models are not compared with it: pip install numpy\n');

beforeAll(async () => {
  await loadTensorFlow();
});

function drawn(users: number, items: number) {
  const random = createRandom(6, 'linear peers');
  const pairs = new Map<string, [number, number]>();
  for (let i = 0; i < 1500; i++) {
    const pair: [number, number] = [random.integer(users), Math.floor(items * random.next() ** 2)];
    pairs.set(pair.join(), pair);
  }
  const list = [...pairs.values()];
  const interactions = {
    users: Int32Array.from(list, ([user]) => user),
    items: Int32Array.from(list, ([, item]) => item),
    // Pairs count alike, whatever they weigh.
    weights: Float32Array.from(list, (_, at) => 1 + (at % 3)),
    timestamps: new Float64Array(list.length),
  };
  const matrix = toSparseMatrix(interactions, users, items);
  const set = {
    userCount: users,
    itemCount: items,
    interactions,
    matrix,
    userFeatures: noFeatures(users),
    itemFeatures: noFeatures(items),
  };
  return { pairs: list, set };
}

/** The largest difference between scores and the peer's. */
function difference(scores: Float32Array, peer: number[]): number {
  expect(scores).toHaveLength(peer.length);
  return peer.reduce((most, value, at) => Math.max(most, Math.abs(value - (scores[at] as number))), 0);
}

// Fewer users than items, and fewer items than users: the normalised form is solved on either side.
test.skipIf(!hasNumpy).each([
  { users: 60, items: 170 },
  { users: 170, items: 60 },
])('EASE and its normalised form score $users users and $items items as numpy does, strangers included', async ({ users, items }) => {
  const { pairs, set } = drawn(users, items);
  const input = { users, items, pairs, ease: { ridge: 12 }, normalised: { a: 0.3, b: 0.4, ridge: 0.05 } };
  const answer = spawnSync(python, [path.resolve('test/peers/linear.py')], { input: JSON.stringify(input), encoding: 'utf8' });
  expect(answer.stderr).toBe('');
  const peer = JSON.parse(answer.stdout) as Record<'ease' | 'normalised', number[][]>;
  const models = {
    ease: await ease.fit(set, { ridge: 12 }, quietContext()),
    normalised: await normalisedLinear.fit(set, { userExponent: 0.3, itemExponent: 0.4, ridge: 0.05 }, quietContext()),
  };
  for (const name of ['ease', 'normalised'] as const) {
    const fitted = models[name];
    const everybody = Int32Array.from(peer[name], (_, user) => user);
    expect(difference(fitted.score(everybody).data, peer[name].flat())).toBeLessThan(1e-4);
    // Somebody unknown with the items of user 7, in another order.
    const own = set.matrix.indices.slice(set.matrix.indptr[7], set.matrix.indptr[8]).reverse();
    expect(difference(fitted.scoreItems?.(own) as Float32Array, peer[name][7] as number[])).toBeLessThan(1e-4);
    fitted.dispose?.();
  }
});
