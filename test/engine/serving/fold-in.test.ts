import { expect, test } from 'vitest';
import type { LoadedBundle } from '../../../engine/bundles/contents.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { learnFoldIn } from '../../../engine/serving/fold-in.ts';

/** Users whose vectors are a rotated, stretched mean of the vectors of what they had, plus a constant. */
function bundleOf(users: number, noise = 0): LoadedBundle {
  const random = createRandom(3, 'fold-in');
  const [items, columns, had] = [60, 6, 5];
  const itemEmbeddings = { rows: items, columns, data: Float32Array.from({ length: items * columns }, () => random.normal()) };
  const map = Float64Array.from({ length: columns * columns }, () => random.normal());
  const indices = new Int32Array(users * had);
  const data = new Float32Array(users * columns);
  for (let user = 0; user < users; user++) {
    const own = Array.from({ length: had }, () => random.integer(items)).sort((a, b) => a - b);
    indices.set(own, user * had);
    for (let j = 0; j < columns; j++) {
      let sum = 0.5;
      for (const item of own)
        for (let i = 0; i < columns; i++)
          sum += ((itemEmbeddings.data[item * columns + i] as number) / had) * (map[i * columns + j] as number);
      data[user * columns + j] = sum + noise * random.normal();
    }
  }
  return {
    itemEmbeddings,
    userEmbeddings: { rows: users, columns, data },
    seen: { indptr: Int32Array.from({ length: users + 1 }, (_, row) => row * had), indices, types: null, typeNames: [] },
    known: new Uint8Array(users).fill(1),
  } as unknown as LoadedBundle;
}

test('the map behind the vectors is found again: whoever had the same things gets the same vector', async () => {
  const bundle = bundleOf(400);
  const { vectorOf, cosine } = await learnFoldIn(bundle);
  expect(cosine).toBeGreaterThan(0.999);
  const folded = vectorOf([...bundle.seen.indices.subarray(0, 5)]) as Float32Array;
  folded.forEach((value, i) => {
    expect(value).toBeCloseTo(bundle.userEmbeddings.data[i] as number, 1);
  });
});

test('with too few users to learn from, the mean of the items serves', async () => {
  const bundle = bundleOf(20);
  const { vectorOf, cosine } = await learnFoldIn(bundle);
  expect(cosine).toBeNull();
  const mean = vectorOf([3, 4]) as Float32Array;
  const at = (row: number, i: number) => bundle.itemEmbeddings.data[row * 6 + i] as number;
  mean.forEach((value, i) => {
    expect(value).toBeCloseTo((at(3, i) + at(4, i)) / 2, 6);
  });
});

test('of nothing known there is no vector', async () => {
  expect((await learnFoldIn(bundleOf(20))).vectorOf([])).toBeNull();
});
