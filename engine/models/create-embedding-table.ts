import type { EmbeddingTable } from './embedding-table.ts';
import { createNativeTable } from './embedding-table-native.ts';
import { createPlainTable } from './embedding-table-plain.ts';
import { tensorFlow } from './tensorflow.ts';

/** A table in TensorFlow's own memory, as a resource variable; without the native library, in a typed array. */
export function createEmbeddingTable(values: Float32Array, dimensions: number): EmbeddingTable {
  const { native } = tensorFlow();
  return native ? createNativeTable(native, values, dimensions) : createPlainTable(values, dimensions);
}
