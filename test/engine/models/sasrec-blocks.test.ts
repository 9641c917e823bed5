import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import { createAlgebra } from '../../../engine/models/create-algebra.ts';
import { type BlockSettings, blockShapes, initialWeight, runBlocks } from '../../../engine/models/sasrec-blocks.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';

beforeAll(async () => {
  await loadTensorFlow();
});

const settings: BlockSettings = { dimensions: 4, blocks: 2, heads: 2, maxLength: 5 };
const shapes = blockShapes(settings);
const names = Object.keys(shapes);
const sizeOf = (shape: number[]): number => shape.reduce((product, side) => product * side, 1);
const random = createRandom(3);

/** Weights as in the midst of training: none of them zero. */
const weights = Object.fromEntries(
  names.map((name) => [name, Float32Array.from({ length: sizeOf(shapes[name] as number[]) }, () => 0.5 * random.normal())]),
);
const [count, length] = [3, 4];
const items = Float32Array.from({ length: count * length * settings.dimensions }, () => random.normal());
/** The slope of what is minimised by the output: any will do. */
const slope = Float32Array.from(items, () => random.normal());
const zeros = Float32Array.from(items, () => (random.next() < 0.3 ? 0 : 1 / 0.7));

function run(input: Float32Array, dropped: boolean): { output: Float32Array; input: Float32Array; gradients: Float32Array[] } {
  const { algebra } = createAlgebra();
  const shape = [count * length, settings.dimensions];
  const result = algebra.scope(() => {
    const weight = (name: string) => algebra.tensor((weights[name] as Float32Array).slice(), shapes[name] as number[]);
    const mask = dropped ? () => algebra.tensor(zeros.slice(), shape) : null;
    const forward = runBlocks(algebra, weight, settings, { count, length }, algebra.tensor(input.slice(), shape), mask);
    const back = forward.backward(algebra.tensor(slope.slice(), shape));
    return { output: algebra.read(forward.output), input: algebra.read(back.input), gradients: back.gradients.map(algebra.read) };
  });
  algebra.dispose();
  return result;
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

test.each([false, true])('the gradients are the slopes of the output, with dropout %s', (dropped) => {
  const { input, gradients } = run(items, dropped);
  expect(gradients).toHaveLength(names.length);
  const h = 1e-2;
  const slopeAt = (values: Float32Array, at: number): number => {
    const kept = values[at] as number;
    const sides = [h, -h].map((change) => {
      values[at] = kept + change;
      return dot(run(items, dropped).output, slope);
    }) as [number, number];
    values[at] = kept;
    return (sides[0] - sides[1]) / (2 * h);
  };
  const check = (name: string, values: Float32Array, gradient: Float32Array): void => {
    expect(gradient, name).toHaveLength(values.length);
    for (let at = 0; at < values.length; at += 3) {
      const expected = slopeAt(values, at);
      expect(Math.abs((gradient[at] as number) - expected), `${name} ${at}: ${gradient[at]} for ${expected}`).toBeLessThan(
        0.02 * (1 + Math.abs(expected)),
      );
    }
  };
  check('items', items, input);
  names.forEach((name, i) => {
    check(name, weights[name] as Float32Array, gradients[i] as Float32Array);
  });
});

test('what comes later changes nothing before it, and one sequence nothing in another', () => {
  const before = run(items, false).output;
  const changed = items.slice();
  const d = settings.dimensions;
  // The third item of the second sequence.
  const at = (length + 2) * d;
  for (let i = 0; i < d; i++) changed[at + i] = 10 * random.normal();
  const after = run(changed, false).output;
  const rows = Array.from({ length: count * length }, (_, row) => row);
  const differs = rows.filter((row) => !before.slice(row * d, (row + 1) * d).every((x, i) => x === after[row * d + i]));
  expect(differs).toEqual([length + 2, length + 3]);
});

test('blocks start as nothing: the output is the input', () => {
  const fresh = createRandom(1);
  for (const name of names) {
    const values = weights[name] as Float32Array;
    values.fill(0);
    initialWeight(name, { shape: shapes[name] as number[], values }, fresh);
  }
  const { output } = run(items, false);
  output.forEach((x, i) => {
    expect(x).toBeCloseTo(items[i] as number, 6);
  });
});
