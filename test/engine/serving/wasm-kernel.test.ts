import { expect, test } from 'vitest';
import { createRandom } from '../../../engine/math/random.ts';
import { createDenseKernel } from '../../../engine/serving/wasm-kernel.ts';

test.each([
  [4, 1, 8],
  [4, 71, 64],
  [200, 64, 32],
  [12, 3, 24],
])('%i rows, %i inputs, %i outputs: the same sums as three plain loops', (rows, inputs, outputs) => {
  const random = createRandom(5, 'kernel');
  const kernel = createDenseKernel(4 * (rows * inputs + inputs * outputs + rows * outputs));
  const floats = new Float32Array(kernel.memory.buffer);
  const [x, w, y] = [0, rows * inputs, rows * inputs + inputs * outputs];
  for (let i = 0; i < y + rows * outputs; i++) floats[i] = random.normal();
  for (const floor of [Number.NEGATIVE_INFINITY, 0]) {
    const before = floats.slice();
    kernel.multiplyAdd(4 * x, 4 * w, 4 * y, rows, inputs, outputs, floor);
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < outputs; j++) {
        let sum = before[y + r * outputs + j] as number;
        for (let i = 0; i < inputs; i++) sum += (before[x + r * inputs + i] as number) * (before[w + i * outputs + j] as number);
        expect(floats[y + r * outputs + j]).toBeCloseTo(Math.max(floor, sum), 3);
      }
    }
  }
});
