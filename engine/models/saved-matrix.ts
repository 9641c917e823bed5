import { EngineError } from '#contract/errors';
import type { Matrix, NamedArrays } from '../math/arrays.ts';

/** A matrix of floats that a model saved. Throws `bad_data` that names the array where it is missing. */
export function savedMatrix(arrays: NamedArrays, name: string, model: string): Matrix {
  const array = arrays[name];
  const [rows, columns] = array?.shape ?? [];
  if (array?.data instanceof Float32Array && rows !== undefined && columns !== undefined) return { rows, columns, data: array.data };
  throw new EngineError('bad_data', `The ${model} model has no matrix "${name}". Train it again.`, { array: name });
}
