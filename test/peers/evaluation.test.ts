import { expect, test } from 'vitest';
import { createCatalogue } from '../../engine/evaluation/catalogue.ts';
import { evaluateTopK } from '../../engine/evaluation/evaluate.ts';
import { createRandom } from '../../engine/math/random.ts';
import { buildSparseMatrix } from '../../engine/math/sparse.ts';
import { askPeer, hasNumpy } from '../support/numpy.ts';

const comparable = hasNumpy('The evaluator');

/** Random scores, a fifth of them ties, with random training and test pairs. */
function randomCase(seed: number) {
  const random = createRandom(seed, 'peer');
  const [users, items] = [30, 45];
  const scores = Array.from({ length: users }, () =>
    Array.from({ length: items }, () => (random.next() < 0.2 ? random.integer(3) : Math.fround(random.normal()))),
  );
  const train: [number, number][] = [];
  const held: [number, number][] = [];
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      const draw = random.next();
      // User 0 has nearly everything: the list ends before k.
      if (draw < (user === 0 ? 0.9 : 0.2)) train.push([user, item]);
      else if (draw > 0.9 && user % 7 !== 6) held.push([user, item]);
    }
  }
  // Item 3 has no attribute; most have two or three of seven values.
  const attributes = Array.from({ length: items }, (_, item) =>
    Array.from({ length: 7 }, () => (item !== 3 && random.next() < 0.35 ? 1 : 0)),
  );
  return { scores, train, attributes, test: held, ks: [1, 5, 20, 45] };
}

test.skipIf(!comparable).each([1, 2, 3, 4, 5])(
  'every metric and its error is what numpy makes of it, ties included (case %i)',
  async (seed) => {
    const data = randomCase(seed);
    const expected = askPeer<{ metrics: Record<string, number>; errors: Record<string, number>; users: number }>('evaluation.py', data);

    const [users, items] = [data.scores.length, data.scores[0]?.length as number];
    const heldOut = buildSparseMatrix(
      users,
      items,
      data.test.map(([user]) => user),
      data.test.map(([, item]) => item),
    );
    const rows = Array.from({ length: users }, (_, user) => user).filter((user) => heldOut.indptr[user] !== heldOut.indptr[user + 1]);
    const train = buildSparseMatrix(
      users,
      items,
      data.train.map(([user]) => user),
      data.train.map(([, item]) => item),
    );
    const codes = data.attributes.map((values) => values.flatMap((has, code) => (has ? [code] : [])));
    const offsets = Int32Array.from([0, ...codes.map((_, item) => codes.slice(0, item + 1).flat().length)]);
    const vocabulary = Array.from({ length: 7 }, (_, code) => `value ${code}`);
    const list = { name: 'tags', vocabulary, offsets, codes: Int32Array.from(codes.flat()) };
    const catalogue = createCatalogue(train, { rows: items, categories: [], lists: [list], numbers: [] });
    const found = await evaluateTopK({
      catalogue,
      score: (wanted) => ({
        rows: wanted.length,
        columns: items,
        data: Float32Array.from([...wanted].flatMap((user) => data.scores[user] as number[])),
      }),
      train,
      heldOut: {
        users: Int32Array.from(rows),
        offsets: Int32Array.from([0, ...rows.map((user) => heldOut.indptr[user + 1] as number)]),
        items: heldOut.indices,
      },
      ks: data.ks,
    });
    expect(found.users).toBe(expected.users);
    for (const part of ['metrics', 'errors'] as const) {
      expect(Object.keys(found[part]).sort()).toEqual(Object.keys(expected[part]).sort());
      for (const [name, value] of Object.entries(expected[part])) expect(found[part][name], `${part} ${name}`).toBeCloseTo(value, 9);
    }
  },
);
