import type { Dense } from './algebra.ts';
import type { Owned } from './owned.ts';

/**
 * A symmetric matrix of which only the lower half is kept, half the memory: a small block, whole, or two symmetric matrices on the diagonal and what lies
 * below the first of them.
 *
 *     ⎡ first   belowᵀ ⎤
 *     ⎣ below   last   ⎦
 */
export type Symmetric = { size: number; block: Dense } | { size: number; first: Symmetric; below: Dense; last: Symmetric };

/** Blocks on the diagonal have at most so many rows. */
export const blockRows = 128;

/** Rows of the first of two halves, a multiple of a block's. */
const halfOf = (size: number): number => Math.ceil(size / 2 / blockRows) * blockRows;

/** Columns `begin .. begin + count` of a row-major panel. */
function cut(panel: Float32Array, rows: number, begin: number, count: number): Float32Array {
  const width = panel.length / rows;
  const part = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) part.set(panel.subarray(row * width + begin, row * width + begin + count), row * count);
  return part;
}

/**
 * The matrix from its rows: `panel(from, count)` gives rows `from .. from + count` with their columns 0 .. from + count, asked for from the top to the bottom.
 */
export async function buildSymmetric(
  owned: Owned,
  size: number,
  panel: (from: number, count: number) => Promise<Float32Array>,
): Promise<Symmetric> {
  const { algebra } = owned;
  const put = (values: Float32Array, rows: number): Dense => owned.make(() => algebra.tensor(values, [rows, values.length / rows]));
  interface Above {
    from: number;
    half: number;
    parts: Dense[];
  }
  async function build(from: number, rows: number, above: Above[]): Promise<Symmetric> {
    if (rows <= blockRows) {
      const values = await panel(from, rows);
      for (const each of above) each.parts.push(put(cut(values, rows, each.from, each.half), rows));
      return { size: rows, block: put(mirrored(cut(values, rows, from, rows), rows), rows) };
    }
    const half = halfOf(rows);
    const first = await build(from, half, above);
    const own: Above = { from, half, parts: [] };
    const last = await build(from + half, rows - half, [...above, own]);
    const [only, ...others] = own.parts as [Dense, ...Dense[]];
    if (others.length === 0) return { size: rows, first, below: only, last };
    const below = owned.make(() => algebra.stack(own.parts));
    owned.drop(...own.parts);
    return { size: rows, first, below, last };
  }
  return build(0, size, []);
}

/** The lower half of a block on both sides. */
function mirrored(block: Float32Array, size: number): Float32Array {
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) block[j * size + i] = block[i * size + j] as number;
  return block;
}

/** The whole matrix as one tensor; 2 n² floats at its peak beside the matrix. */
export function wholeOf(owned: Owned, matrix: Symmetric): Dense {
  const { algebra } = owned;
  const whole = (part: Symmetric): Dense => {
    if ('block' in part) return part.block;
    const { first, below, last } = part;
    // Each half is let go of as soon as it is in the next larger one.
    const half = (of: Symmetric, beside: (own: Dense) => Dense[]): Dense => {
      const own = whole(of);
      const made = owned.make(() => algebra.beside(beside(own)));
      if ('first' in of) owned.drop(own);
      return made;
    };
    const upper = half(first, (own) => [own, algebra.transpose(below)]);
    const lower = half(last, (own) => [below, own]);
    const made = owned.make(() => algebra.stack([upper, lower]));
    owned.drop(upper, lower);
    return made;
  };
  return 'block' in matrix ? owned.make(() => algebra.add(matrix.block, 0)) : whole(matrix);
}

/** The same matrix with new blocks on the diagonal, `change` of each; what lies below them is shared. */
export function withDiagonal(owned: Owned, matrix: Symmetric, change: (block: Dense) => Dense): Symmetric {
  if ('block' in matrix) return { size: matrix.size, block: owned.make(() => change(matrix.block)) };
  const { size, first, below, last } = matrix;
  return { size, first: withDiagonal(owned, first, change), below, last: withDiagonal(owned, last, change) };
}

/** matrix + value · I; what lies below the blocks on the diagonal is shared. */
export function addToDiagonal(owned: Owned, matrix: Symmetric, value: number): Symmetric {
  const { algebra } = owned;
  return withDiagonal(owned, matrix, (block) => {
    const size = block.shape[0] as number;
    const added = new Float32Array(size * size);
    for (let i = 0; i < size; i++) added[i * (size + 1)] = value;
    return algebra.add(block, algebra.tensor(added, [size, size]));
  });
}

/** Gives the blocks on the diagonal back. */
export function dropDiagonal(owned: Owned, matrix: Symmetric): void {
  if ('block' in matrix) {
    owned.drop(matrix.block);
  } else {
    dropDiagonal(owned, matrix.first);
    dropDiagonal(owned, matrix.last);
  }
}

/** Gives all of it back. */
export function dropSymmetric(owned: Owned, matrix: Symmetric): void {
  if ('block' in matrix) {
    owned.drop(matrix.block);
  } else {
    dropSymmetric(owned, matrix.first);
    owned.drop(matrix.below);
    dropSymmetric(owned, matrix.last);
  }
}
