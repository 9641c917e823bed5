/** The arrays that rooms hand to one another. Rows of users and items are positions; ids stay with their owners. */

/** Row-major: `data[row * columns + column]`. */
export interface Matrix {
  rows: number;
  columns: number;
  data: Float32Array;
}

/** One row of a matrix, not copied. */
export const rowAt = ({ columns, data }: Matrix, row: number): Float32Array => data.subarray(row * columns, (row + 1) * columns);

/** Some rows of a matrix, in this order. */
export function rowsOf(matrix: Matrix, rows: Int32Array): Matrix {
  const data = new Float32Array(rows.length * matrix.columns);
  rows.forEach((row, i) => {
    data.set(rowAt(matrix, row), i * matrix.columns);
  });
  return { rows: rows.length, columns: matrix.columns, data };
}

/** Compressed sparse rows: the columns of row r are `indices[indptr[r] .. indptr[r + 1])`, ascending. */
export interface SparseMatrix {
  rows: number;
  columns: number;
  indptr: Int32Array;
  indices: Int32Array;
  values: Float32Array;
}

/** Interactions, column by column, in the order of time (of the file where there is none). */
export interface Interactions {
  /** User row of each interaction. */
  users: Int32Array;
  /** Item row of each interaction. */
  items: Int32Array;
  /** How much each one counts (event weight). */
  weights: Float32Array;
  /** Milliseconds since 1970; NaN where unknown. */
  timestamps: Float64Array;
}

/** Attributes of the users or of the items, by row. */
export interface EntityFeatures {
  rows: number;
  /** One code a row, -1 where missing. */
  categories: { name: string; vocabulary: string[]; codes: Int32Array }[];
  /** Any number of codes a row: those of row r are `codes[offsets[r] .. offsets[r + 1])`. */
  lists: { name: string; vocabulary: string[]; offsets: Int32Array; codes: Int32Array }[];
  /** NaN where missing. */
  numbers: { name: string; values: Float32Array }[];
  /** Words of texts, each as its hash bucket: those of row r are `codes[offsets[r] .. offsets[r + 1])`. */
  texts?: { name: string; buckets: number; offsets: Int32Array; codes: Int32Array }[];
  /** Embeddings that somebody supplied, of a text or an image: rows × columns, row-major, zeros where missing. */
  vectors?: { name: string; columns: number; values: Float32Array }[];
}

/** Attributes of users or items as they are looked at in serving: whole vocabularies, in the words of the data. */
export interface AttributeColumns {
  rows: number;
  /** One code a row, -1 where missing. */
  categories: { name: string; vocabulary: string[]; codes: Int32Array }[];
  /** Any number of codes a row: those of row r are `codes[offsets[r] .. offsets[r + 1])`. */
  lists: { name: string; vocabulary: string[]; offsets: Int32Array; codes: Int32Array }[];
  /** NaN where missing; times are milliseconds since 1970. */
  numbers: { name: string; values: Float64Array }[];
}

/** A named array as it is saved in a safetensors file. */
export interface NamedArray {
  shape: number[];
  data: Float32Array | Int32Array | Float64Array | Uint8Array;
}

export type NamedArrays = Record<string, NamedArray>;
