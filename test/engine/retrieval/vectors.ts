import type { Matrix } from '../../../engine/math/arrays.ts';
import { createRandom } from '../../../engine/math/random.ts';

/** Unit vectors around a few directions, as trained embeddings lie. */
export function clusteredVectors(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed, 'clusters');
  const centres = Array.from({ length: 20 }, () => Float32Array.from({ length: columns }, () => random.normal()));
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const centre = centres[random.integer(centres.length)] as Float32Array;
    const vector = centre.map((value) => value + 0.7 * random.normal());
    const length = Math.hypot(...vector);
    data.set(
      vector.map((value) => value / length),
      row * columns,
    );
  }
  return { rows, columns, data };
}
