import type { Matrix, NamedArray, NamedArrays } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import type { Algebra, Dense } from './algebra.ts';
import { initialAccumulator } from './embedding-table.ts';
import { createTowerLayers } from './tower-layers.ts';

/** One tower above its bags: embeddings that were supplied come in by a learned projection, then the hidden layers. */
export interface Tower {
  /** True where its output is its input. */
  empty: boolean;
  /** `rows` are the entities, whose supplied embeddings are looked up. Call within a scope of the algebra. */
  forward(input: Dense, rows: ArrayLike<number>): { output: Dense; backward(gradient: Dense): { input: Dense; gradients: Dense[] } };
  /** Adagrad on all weights. Call within a scope of the algebra. */
  apply(gradients: Dense[], learningRate: number): void;
  /** Weights and bias of each layer in turn. */
  layers(): NamedArray[];
  /** Supplied columns × dimensions; null where nothing was supplied. */
  projection(): NamedArray | null;
  /** All that learning goes on from, and back again. */
  state(): NamedArray[];
  restore(arrays: NamedArray[]): void;
  dispose(): void;
}

/** y = bag + e · W, output = y + f(y), with e an entity's supplied embeddings. W starts at zero, so that a tower starts as its bags. */
export function createTower(algebra: Algebra, hidden: number[], dimensions: number, supplied: Matrix | null, random: Random): Tower {
  const { add, subtract, multiply, product, keep } = algebra;
  const layers = createTowerLayers(algebra, hidden, dimensions, random);
  const columns = supplied?.columns ?? 0;
  const constant = (value: number): Dense =>
    keep(algebra.tensor(new Float32Array(columns * dimensions).fill(value), [columns, dimensions]));
  let weights = supplied && constant(0);
  let squares = supplied && constant(initialAccumulator);

  function take(rows: ArrayLike<number>): Dense {
    const { data } = supplied as Matrix;
    const taken = new Float32Array(rows.length * columns);
    for (let i = 0; i < rows.length; i++)
      taken.set(data.subarray((rows[i] as number) * columns, ((rows[i] as number) + 1) * columns), i * columns);
    return algebra.tensor(taken, [rows.length, columns]);
  }

  const arrayOf = (tensor: Dense): NamedArray => ({ shape: [...tensor.shape], data: algebra.scope(() => algebra.read(tensor)) });
  return {
    empty: hidden.length === 0 && !supplied,
    forward(input, rows) {
      const extra = supplied && take(rows);
      const { output, backward } = layers.forward(extra && weights ? add(input, product(extra, weights)) : input);
      return {
        output,
        backward(gradient) {
          const back = backward(gradient);
          return extra ? { input: back.input, gradients: [product(extra, back.input, { a: true }), ...back.gradients] } : back;
        },
      };
    },
    apply(gradients, learningRate) {
      const [first, ...others] = gradients;
      if (weights && squares && first) {
        const old = [weights, squares];
        squares = keep(add(squares, multiply(first, first)));
        weights = keep(subtract(weights, multiply(multiply(first, learningRate), algebra.rsqrt(squares))));
        algebra.free(...old);
      }
      layers.apply(supplied ? others : gradients, learningRate);
    },
    layers: () => layers.read(),
    projection: () => weights && arrayOf(weights),
    state: () => [...(weights && squares ? [arrayOf(weights), arrayOf(squares)] : []), ...layers.state()],
    restore(arrays) {
      const own = supplied ? 2 : 0;
      if (weights && squares) {
        algebra.free(weights, squares);
        [weights, squares] = arrays.slice(0, 2).map(({ shape, data }) => keep(algebra.tensor(Float32Array.from(data), shape))) as [
          Dense,
          Dense,
        ];
      }
      layers.restore(arrays.slice(own));
    },
    dispose() {
      if (weights && squares) algebra.free(weights, squares);
      layers.dispose();
    },
  };
}

/** Arrays that are called `name.0`, `name.1` … */
export function listed(arrays: NamedArrays, name: string): NamedArray[] {
  const found: NamedArray[] = [];
  for (let i = 0; arrays[`${name}.${i}`]; i++) found.push(arrays[`${name}.${i}`] as NamedArray);
  return found;
}
