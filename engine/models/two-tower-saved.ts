import { EngineError } from '#contract/errors';
import type { Matrix, NamedArray, NamedArrays } from '../math/arrays.ts';
import { listed } from './tower.ts';
import type { FoldInParts } from './two-tower-fold-in.ts';
import type { NewItemParts } from './two-tower-new-items.ts';

/** What a trained two-tower consists of. */
export interface Trained {
  users: Matrix;
  /** How long each user's vector was before it was taken to length 1; null where nothing follows from it. */
  lengths: Float32Array | null;
  items: Matrix;
  foldIn: FoldInParts;
  newItems: NewItemParts;
  /** As trained, where validation chose it. */
  temperature: number;
}

const arrayOf = ({ rows, columns, data }: Matrix): NamedArray => ({ shape: [rows, columns], data });

/** All of it as arrays with names, and back. */
export function savedArrays({ users, lengths, items, foldIn, newItems, temperature }: Trained): NamedArrays {
  const arrays: NamedArrays = {
    'user.embedding': arrayOf(users),
    'item.embedding': arrayOf(items),
    temperature: { shape: [1], data: Float64Array.of(temperature) },
    'item.attributes': arrayOf(newItems.attributes),
    'item.moments': {
      shape: [newItems.moments.length, 2],
      data: Float64Array.from(newItems.moments.flatMap(({ mean, scale }) => [mean, scale])),
    },
  };
  if (lengths) arrays['user.length'] = { shape: [lengths.length], data: lengths };
  if (foldIn.inputs) arrays['item.input'] = arrayOf(foldIn.inputs);
  if (newItems.projection) arrays['item.projection'] = newItems.projection;
  foldIn.layers.forEach((layer, i) => {
    arrays[`user.layer.${i}`] = layer;
  });
  newItems.layers.forEach((layer, i) => {
    arrays[`item.layer.${i}`] = layer;
  });
  return arrays;
}

export function matrixOf(arrays: NamedArrays, name: string): Matrix {
  const array = arrays[name];
  const [rows, columns] = array?.shape ?? [];
  if (!(array?.data instanceof Float32Array) || rows === undefined || columns === undefined) {
    throw new EngineError('bad_data', `The two-tower model has no matrix "${name}". Train it again.`, { array: name });
  }
  return { rows, columns, data: array.data };
}

export function foldInParts(arrays: NamedArrays, settings: { recentItems: number; recentDecay: number }): FoldInParts {
  const { recentItems, recentDecay } = settings;
  return {
    inputs: arrays['item.input'] ? matrixOf(arrays, 'item.input') : null,
    layers: listed(arrays, 'user.layer'),
    recentItems,
    recentDecay,
  };
}

export function newItemParts(arrays: NamedArrays): NewItemParts {
  const numbers = arrays['item.moments']?.data ?? new Float64Array(0);
  return {
    attributes: matrixOf(arrays, 'item.attributes'),
    moments: Array.from({ length: numbers.length / 2 }, (_, i) => ({
      mean: numbers[i * 2] as number,
      scale: numbers[i * 2 + 1] as number,
    })),
    layers: listed(arrays, 'item.layer'),
    projection: arrays['item.projection'] ?? null,
  };
}
