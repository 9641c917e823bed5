import { expect, test } from 'vitest';
import { createRandom } from '../../engine/math/random.ts';
import { toSparseMatrix } from '../../engine/math/sparse.ts';
import { itemKnn } from '../../engine/models/item-knn.ts';
import { weightings } from '../../engine/models/neighbour-weighting.ts';
import { rp3beta } from '../../engine/models/rp3beta.ts';
import { userKnn } from '../../engine/models/user-knn.ts';
import { askPeer, hasNumpy } from '../support/numpy.ts';
import { noFeatures, quietContext } from '../support/training-sets.ts';

const comparable = hasNumpy('A neighbour model');

/** Pairs of which some items and users have many; the last user and the last item have none. */
function randomPairs(users: number, items: number, count: number): [number, number][] {
  const random = createRandom(11, 'neighbours');
  const draw = (limit: number): number => Math.floor((limit - 1) * random.next() ** 2);
  const pairs = new Map<number, [number, number]>();
  for (let i = 0; i < count; i++) {
    const [user, item] = [draw(users), draw(items)];
    pairs.set(user * items + item, [user, item]);
  }
  return [...pairs.values()];
}

test.skipIf(!comparable)('every neighbour model scores as numpy makes of its formula', async () => {
  const [userCount, itemCount, neighbours] = [50, 40, 60];
  const pairs = randomPairs(userCount, itemCount, 500);
  const expected = askPeer<Record<string, number[][]>>('neighbours.py', { pairs, users: userCount, items: itemCount, neighbours });

  const interactions = {
    users: Int32Array.from(pairs, ([user]) => user),
    items: Int32Array.from(pairs, ([, item]) => item),
    weights: new Float32Array(pairs.length).fill(3),
    timestamps: new Float64Array(pairs.length),
  };
  const matrix = toSparseMatrix(interactions, userCount, itemCount);
  const features = { userFeatures: noFeatures(userCount), itemFeatures: noFeatures(itemCount) };
  const set = { userCount, itemCount, interactions, matrix, ...features };
  const everybody = Int32Array.from({ length: userCount }, (_, user) => user);
  const compare = (name: string, data: Float32Array): void => {
    const wanted = (expected[name] as number[][]).flat();
    data.forEach((score, at) => {
      expect(Math.abs(score - (wanted[at] as number)), `${name}, cell ${at}`).toBeLessThan(1e-5 * Math.max(1, Math.abs(score)));
    });
  };
  for (const weighting of weightings) {
    const common = { weighting, neighbours, shrinkage: 3, recency: 0 };
    compare(`item-knn ${weighting}`, (await itemKnn.fit(set, common, quietContext())).score(everybody).data);
    compare(`user-knn ${weighting}`, (await userKnn.fit(set, { ...common, discount: 0.3 }, quietContext())).score(everybody).data);
  }
  compare(
    'rp3beta',
    (await rp3beta.fit(set, { alpha: 0.6, beta: 0.4, neighbours, keep: 'end', recency: 0 }, quietContext())).score(everybody).data,
  );
});
