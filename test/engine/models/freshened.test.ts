import { expect, test } from 'vitest';
import { followerOf, freshened } from '../../../engine/models/freshened.ts';

const near = (...values: number[]) => values.map((value) => expect.closeTo(value, 6));

test('a vector moves by the share of new items, and keeps its length', () => {
  // ¾ (0, 2) + ¼ (2, 0) = (½, 1½), of length √2.5; at length 2: (1, 3) / √10 · 2.
  expect([...freshened(Float32Array.of(0, 2), Float32Array.of(9, 0), 0.25)]).toEqual(near(2 / Math.sqrt(10), 6 / Math.sqrt(10)));
  expect([...freshened(Float32Array.of(0, 2), Float32Array.of(9, 0), 1)]).toEqual(near(2, 0));
});

test('where the fold-in says nothing, or the opposite takes all away, it stays as it was', () => {
  const vector = Float32Array.of(3, 4);
  expect(freshened(vector, new Float32Array(2), 0.5)).toBe(vector);
  expect(freshened(vector, Float32Array.of(Number.NaN, 1), 0.5)).toBe(vector);
  expect(freshened(vector, Float32Array.of(-3, -4), 0.5)).toBe(vector);
});

test('a model has its own way, else the blend with its fold-in of the new items, else none', () => {
  const model = {
    score: () => ({ rows: 0, columns: 0, data: new Float32Array(0) }),
    embed: () => ({
      users: { rows: 2, columns: 1, data: Float32Array.of(8, 2) },
      items: { rows: 0, columns: 1, data: new Float32Array(0) },
    }),
    save: () => ({}),
  };
  const history = { items: Int32Array.of(3, 1, 4, 2), before: Int32Array.of(3, 1, 2), since: Int32Array.of(4) };
  const asked: number[][] = [];
  const foldIn = (items: Int32Array): Float32Array => {
    asked.push([...items]);
    return Float32Array.of(1);
  };
  expect(followerOf(model)).toBeNull();
  expect(followerOf({ ...model, foldIn })?.(1, history)).toEqual(Float32Array.of(2));
  expect(asked).toEqual([[4]]);
  expect(followerOf({ ...model, foldIn, follow: (row, { items }) => Float32Array.of(row, items.length) })?.(1, history)).toEqual(
    Float32Array.of(1, 4),
  );
});
