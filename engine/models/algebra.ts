import type { SparseMatrix } from '../math/arrays.ts';
import type { Pattern } from './sparse-rows.ts';

/** A tensor of 32-bit floats in the memory of whoever computes with it. */
export interface Dense {
  readonly shape: readonly number[];
}

/** Operand of element-wise arithmetic: shapes broadcast as in NumPy. */
export type Operand = Dense | number;

/**
 * Dense algebra for hand-written training steps, one method an operation. Where TensorFlow's native library is there, each calls its op directly: the
 * layers of a general tensor library (gradient tape, kernel registry, reference counts) cost more than the op itself on matrices of a batch's size.
 */
export interface Algebra {
  /** Runs `work` and frees what was made in it, except what was kept. */
  scope<T>(work: () => T): T;
  /** Lets a tensor outlive its scope; `free` ends it. */
  keep(tensor: Dense): Dense;
  free(...tensors: Dense[]): void;
  tensor(values: Float32Array, shape: number[]): Dense;
  /** A copy of the values, row-major. */
  read(tensor: Dense): Float32Array;
  /** Matrix product; either side may be read transposed. Of three dimensions: the product of each pair of matrices. */
  product(a: Dense, b: Dense, transpose?: { a?: boolean; b?: boolean }): Dense;
  add(a: Operand, b: Operand): Dense;
  subtract(a: Operand, b: Operand): Dense;
  multiply(a: Operand, b: Operand): Dense;
  divide(a: Operand, b: Operand): Dense;
  exp(a: Dense): Dense;
  log(a: Dense): Dense;
  /**
   * The same in 16 bits (bfloat16: the range of 32 bits, three decimal digits) where the processor multiplies such matrices faster, else itself. `product`,
   * `exp` and arithmetic with another half of what is half are half; `full` makes it 32 bits again.
   */
  half(a: Dense): Dense;
  full(a: Dense): Dense;
  /** 1 / √a. */
  rsqrt(a: Dense): Dense;
  relu(a: Dense): Dense;
  /** The gradient where a rectifier's output is above 0, else 0. */
  reluGradient(gradient: Dense, output: Dense): Dense;
  /** rows × 1. */
  rowSums(a: Dense): Dense;
  /** One sum a column. */
  columnSums(a: Dense): Dense;
  /** The sum of all, without a dimension. */
  total(a: Dense): Dense;
  /** Rows `from .. from + count` of a matrix. */
  rows(a: Dense, from: number, count: number): Dense;
  /** Matrices on top of each other. */
  stack(parts: Dense[]): Dense;
  /** Matrices side by side. */
  beside(parts: Dense[]): Dense;
  /** Rows become columns. */
  transpose(a: Dense): Dense;
  /** The same values, row-major, in another shape. */
  reshape(a: Dense, shape: number[]): Dense;
  /** The second and third of four dimensions change places. */
  swapMiddle(a: Dense): Dense;
  /** exp over the sum of exp, along the last dimension. */
  softmax(a: Dense): Dense;
  /** Product of a sparse matrix of ones, whatever its values, and a dense one: rows of the dense one added up. */
  onesProduct(ones: Pattern | SparseMatrix, dense: Dense): Dense;
  /** Product of any sparse matrix and a dense one. */
  sparseProduct(sparse: SparseMatrix, dense: Dense): Dense;
  /** These rows of a matrix, in this order. */
  pick(a: Dense, rows: Int32Array): Dense;
  /** Rows of the same segment added up: `count` × columns. */
  segmentSums(a: Dense, segments: Int32Array, count: number): Dense;
  /** Ends the algebra; what was kept is not freed. */
  dispose(): void;
}
