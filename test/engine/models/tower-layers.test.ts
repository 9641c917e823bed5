import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import type { Algebra } from '../../../engine/models/algebra.ts';
import { createAlgebra } from '../../../engine/models/create-algebra.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { createTowerLayers, layersFrom, type TowerLayers } from '../../../engine/models/tower-layers.ts';

let algebra: Algebra;
beforeAll(async () => {
  await loadTensorFlow();
  algebra = createAlgebra().algebra;
});

const random = createRandom(2);
const shapes = [[3, 4], [4], [4, 3], [3]];
const arrays = () =>
  shapes.map((shape) => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()) }));
const input = Float32Array.from({ length: 6 }, () => random.normal());
const weights = [0.3, -1, 2, 0.5, 0.7, -0.2];

/** Σ weights · output, a loss whose gradient by the output is `weights`. */
function run(layers: TowerLayers, values: Float32Array): { loss: number; input: number[]; gradients: number[][] } {
  return algebra.scope(() => {
    const { output, backward } = layers.forward(algebra.tensor(values, [2, 3]));
    const back = backward(algebra.tensor(Float32Array.from(weights), [2, 3]));
    const loss = [...algebra.read(output)].reduce((sum, x, i) => sum + x * (weights[i] as number), 0);
    return { loss, input: [...algebra.read(back.input)], gradients: back.gradients.map((gradient) => [...algebra.read(gradient)]) };
  });
}

test('gradients of the input and of every weight are the slopes of the loss', () => {
  const parts = arrays();
  const layers = layersFrom(algebra, parts);
  const { input: byInput, gradients } = run(layers, input);
  const h = 0.01;
  const nudged = (values: Float32Array, at: number, by: number): Float32Array => values.map((x, i) => (i === at ? x + by : x));
  byInput.forEach((gradient, at) => {
    const slope = (run(layers, nudged(input, at, h)).loss - run(layers, nudged(input, at, -h)).loss) / (2 * h);
    expect(gradient).toBeCloseTo(slope, 2);
  });
  gradients.forEach((gradient, part) => {
    gradient.forEach((value, at) => {
      const [above, below] = [h, -h].map((by) => {
        const changed = layersFrom(
          algebra,
          parts.map((own, i) => (i === part ? { ...own, data: nudged(own.data, at, by) } : own)),
        );
        const { loss } = run(changed, input);
        changed.dispose();
        return loss;
      });
      expect(value).toBeCloseTo(((above as number) - (below as number)) / (2 * h), 2);
    });
  });
  layers.dispose();
});

test('layers start as the identity, and without hidden layers stay it', () => {
  for (const hidden of [[5], []]) {
    const layers = createTowerLayers(algebra, hidden, 3, createRandom(1));
    const output = algebra.scope(() => algebra.read(layers.forward(algebra.tensor(input, [2, 3])).output));
    expect([...output]).toEqual([...input]);
    layers.dispose();
  }
});
