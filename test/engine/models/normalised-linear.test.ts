import { beforeAll, expect, test } from 'vitest';
import { normalisedLinear } from '../../../engine/models/normalised-linear.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { checkerboard, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

test.each([
  ['users', 20, 40],
  ['items', 40, 20],
])('saves the smaller matrix, of the %s', async (_, users, items) => {
  const { set } = checkerboard(users, items);
  const fitted = await normalisedLinear.fit(set, { userExponent: 0.25, itemExponent: 0.25, ridge: 0.1, recency: 0 }, quietContext());
  const largest = Object.values(fitted.save()).reduce((most, { data }) => Math.max(most, data.length), 0);
  expect(largest).toBe(20 * 20);
  fitted.dispose?.();
});

test('validation chooses exponent and ridge, and a second training takes them as they are', async () => {
  const { set } = checkerboard();
  // The first setting, five other ridges, six settings of other exponents: the fourth of those, exponent 0.5 with the ridge that was best, is liked best.
  const answers = [0.2, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 0.1, 0.1];
  let asked = 0;
  const validate = async () => ({ 'ndcg@10': answers[asked++] as number });
  const open = { userExponent: 0.25, itemExponent: -1, ridge: 0, recency: 0 };
  const searched = await normalisedLinear.fit(set, open, quietContext(1, { validate }));
  expect(searched.facts?.settled).toEqual({ itemExponent: 0.5, ridge: 0.1, recency: 0 });
  expect(asked).toBe(answers.length);
  const again = await normalisedLinear.fit(set, { ...open, ...searched.facts?.settled }, quietContext(1, { validate }));
  expect(asked).toBe(answers.length);
  const users = Int32Array.of(0, 1, 2);
  expect(again.score(users).data).toEqual(searched.score(users).data);
  searched.dispose?.();
  again.dispose?.();
});

test('a search that is stopped gives its memory back', async () => {
  const { native, tf } = await loadTensorFlow();
  const before = [tf.memory().numTensors, native?.getNumOfTensors()];
  let asked = 0;
  const validate = async () => ({ 'ndcg@10': asked++ / 10 });
  const checkpoint = async () => {
    if (asked === 3) throw new Error('stopped');
  };
  const { set } = checkerboard();
  const open = { userExponent: 0.25, itemExponent: -1, ridge: 0, recency: 0 };
  await expect(normalisedLinear.fit(set, open, quietContext(1, { validate, checkpoint }))).rejects.toThrow('stopped');
  expect([tf.memory().numTensors, native?.getNumOfTensors()]).toEqual(before);
});
