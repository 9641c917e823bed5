import type { Algebra } from './algebra.ts';
import { createNativeAlgebra } from './algebra-native.ts';
import { createPlainAlgebra } from './algebra-plain.ts';
import type { EmbeddingTable } from './embedding-table.ts';
import { createNativeTable } from './embedding-table-native.ts';
import { createPlainTable } from './embedding-table-plain.ts';
import { tensorFlow } from './tensorflow.ts';

/** What hand-written training steps compute with. */
export interface TrainingAlgebra {
  algebra: Algebra;
  /** A table of embeddings for that algebra. */
  createTable(values: Float32Array, dimensions: number): EmbeddingTable;
}

/** TensorFlow's ops and resource variables; without the native library, tfjs's kernels and typed arrays. */
export function createAlgebra(): TrainingAlgebra {
  const { tf, native } = tensorFlow();
  if (native) {
    const algebra = createNativeAlgebra(native);
    return { algebra, createTable: (values, dimensions) => createNativeTable(native, algebra, values, dimensions) };
  }
  const algebra = createPlainAlgebra(tf);
  return { algebra, createTable: (values, dimensions) => createPlainTable(algebra, values, dimensions) };
}
