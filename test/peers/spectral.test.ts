import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../engine/math/random.ts';
import { spectralFilter } from '../../engine/models/spectral-filter.ts';
import { loadTensorFlow } from '../../engine/models/tensorflow.ts';
import { askPeer, hasNumpy } from '../support/numpy.ts';
import { quietContext, setOfPairs } from '../support/training-sets.ts';

const comparable = hasNumpy('The spectral filter');

beforeAll(async () => {
  await loadTensorFlow();
});

test.skipIf(!comparable)('the spectral filter scores as numpy does from the whole decomposition, strangers included', async () => {
  const [userCount, itemCount] = [120, 90];
  const random = createRandom(6, 'spectral peers');
  const pairs = new Map<string, [number, number]>();
  for (let i = 0; i < 1500; i++) {
    // The last item has nobody.
    const pair: [number, number] = [random.integer(userCount), Math.floor((itemCount - 1) * random.next() ** 2)];
    pairs.set(pair.join(), pair);
  }
  const list = [...pairs.values()];
  const set = setOfPairs(list, userCount, itemCount);
  const { matrix } = set;
  const cases: [components: number, alpha: number, itemExponent: number][] = [
    [8, 0.3, 0.5],
    [20, 1, 0.25],
    [1, 0, 0],
  ];
  const peer = askPeer<number[][][]>('spectral.py', { users: userCount, items: itemCount, pairs: list, cases });
  for (const [at, [components, alpha, itemExponent]] of cases.entries()) {
    const expected = peer[at] as number[][];
    const fitted = await spectralFilter.fit(set, { components, alpha, itemExponent, recency: 0 }, quietContext());
    const everybody = Int32Array.from(expected, (_, user) => user);
    const scores = fitted.score(everybody).data;
    expected.flat().forEach((value, cell) => {
      expect(Math.abs((scores[cell] as number) - value), `case ${at}, cell ${cell}`).toBeLessThan(2e-4);
    });
    // Somebody unknown with the items of user 7, in another order.
    const own = matrix.indices.slice(matrix.indptr[7], matrix.indptr[8]).reverse();
    const unknown = fitted.scoreItems?.(own) as Float32Array;
    expected[7]?.forEach((value, item) => {
      expect(Math.abs((unknown[item] as number) - value)).toBeLessThan(2e-4);
    });
    fitted.dispose?.();
  }
});
