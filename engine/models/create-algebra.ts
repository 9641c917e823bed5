import type { Algebra } from './algebra.ts';
import { createNativeAlgebra } from './algebra-native.ts';
import { createPlainAlgebra } from './algebra-plain.ts';
import { hasBfloat16 } from './bfloat16.ts';
import { createEmbeddingTable, type EmbeddingTable } from './embedding-table.ts';
import { tensorFlow } from './tensorflow.ts';

/** What hand-written training steps compute with. */
export interface TrainingAlgebra {
  algebra: Algebra;
  /** A table of zeros for that algebra. */
  createTable(rows: number, dimensions: number): EmbeddingTable;
}

/** TensorFlow's ops; without the native library, tfjs's kernels. */
export function createAlgebra(): TrainingAlgebra {
  const { tf, native, report } = tensorFlow();
  const algebra = native ? createNativeAlgebra(native, report.device === 'cpu' && hasBfloat16()) : createPlainAlgebra(tf);
  return { algebra, createTable: (rows, dimensions) => createEmbeddingTable(algebra, rows, dimensions) };
}
