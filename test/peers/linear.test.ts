import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../engine/math/random.ts';
import { ease } from '../../engine/models/ease.ts';
import { normalisedLinear } from '../../engine/models/normalised-linear.ts';
import { loadTensorFlow } from '../../engine/models/tensorflow.ts';
import { askPeer, hasNumpy } from '../support/numpy.ts';
import { quietContext, setOfPairs } from '../support/training-sets.ts';

const comparable = hasNumpy('A linear model');

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
  // Pairs count alike, whatever they weigh.
  return { pairs: list, set: setOfPairs(list, users, items) };
}

/** The largest difference between scores and the peer's. */
function difference(scores: Float32Array, peer: number[]): number {
  expect(scores).toHaveLength(peer.length);
  return peer.reduce((most, value, at) => Math.max(most, Math.abs(value - (scores[at] as number))), 0);
}

// Fewer users than items, and fewer items than users: the normalised form is solved on either side.
test.skipIf(!comparable).each([
  { users: 60, items: 170 },
  { users: 170, items: 60 },
])('EASE and its normalised form score $users users and $items items as numpy does, strangers included', async ({ users, items }) => {
  const { pairs, set } = drawn(users, items);
  const input = { users, items, pairs, ease: { ridge: 12 }, normalised: { a: 0.3, b: 0.4, ridge: 0.05 } };
  const peer = askPeer<Record<'ease' | 'normalised', number[][]>>('linear.py', input);
  const models = {
    ease: await ease.fit(set, { ridge: 12, recency: 0 }, quietContext()),
    normalised: await normalisedLinear.fit(set, { userExponent: 0.3, itemExponent: 0.4, ridge: 0.05, recency: 0 }, quietContext()),
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
