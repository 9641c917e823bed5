import { EngineError } from '#contract/errors';
import { invertPositive } from '../math/positive-inverse.ts';
import type { Dense } from './algebra.ts';
import type { Owned } from './owned.ts';
import { dropSymmetric, type Symmetric, wholeOf } from './symmetric.ts';

/**
 * The inverse of a symmetric positive definite matrix in halves (Strassen 1969, without his product), of which nearly all is products of large matrices:
 *
 *   ⎡ A   Bᵀ ⎤⁻¹   ⎡ A⁻¹ + WᵀS⁻¹W   −(S⁻¹W)ᵀ ⎤
 *   ⎣ B   D  ⎦   = ⎣ −S⁻¹W           S⁻¹     ⎦        W = B A⁻¹,   S = D − W Bᵀ
 *
 * A and S are positive definite again. Symmetric results are computed in their lower halves: n³ floating-point operations in sum, as Cholesky's way takes.
 * The small blocks at the end are inverted in 64-bit sums.
 */

/** Operations of one product at most, so that the wish to stop is heard in time. */
const operationsAtOnce = 8e9;

/**
 * Takes 1.6 n² floats at its peak, `matrix` and the result of n² / 2 each among them. The matrix stays. Throws `diverged` where it is not positive
 * definite.
 * @param onProgress is told billions of operations, and is a place to stop
 */
export async function invertSymmetric(
  owned: Owned,
  matrix: Symmetric,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<Symmetric> {
  const { algebra } = owned;
  const total = matrix.size ** 3;
  let done = 0;
  const computed = async (operations: number): Promise<void> => {
    done = Math.min(total, done + operations);
    await onProgress(done / 1e9, total / 1e9);
  };

  /** a · b or a · bᵀ, added to or taken from `to`, in stretches of rows. */
  async function product(a: Dense, b: Dense, turned: boolean, into?: { to: Dense; sign: 1 | -1 }): Promise<Dense> {
    const [rows, inner] = a.shape as [number, number];
    const columns = b.shape[turned ? 0 : 1] as number;
    const atOnce = Math.max(1, Math.min(rows, Math.floor(operationsAtOnce / (2 * inner * columns))));
    const parts: Dense[] = [];
    for (let from = 0; from < rows; from += atOnce) {
      const count = Math.min(atOnce, rows - from);
      const part = owned.make(() => {
        const left = count === rows ? a : algebra.rows(a, from, count);
        const result = algebra.product(left, b, { b: turned });
        if (!into) return result;
        const before = count === rows ? into.to : algebra.rows(into.to, from, count);
        return into.sign === 1 ? algebra.add(before, result) : algebra.subtract(before, result);
      });
      parts.push(part);
      await computed(2 * count * inner * columns);
    }
    if (parts.length === 1) return parts[0] as Dense;
    const whole = owned.make(() => algebra.stack(parts));
    owned.drop(...parts);
    return whole;
  }

  /** matrix ± a · bᵀ, which is symmetric: its lower half. */
  async function update(target: Symmetric, sign: 1 | -1, a: Dense, b: Dense): Promise<Symmetric> {
    if ('block' in target) return { size: target.size, block: await product(a, b, true, { to: target.block, sign }) };
    const { size, first, below, last } = target;
    const half = first.size;
    const part = (tensor: Dense, from: number, count: number): Dense => owned.make(() => algebra.rows(tensor, from, count));
    const [a1, b1] = [part(a, 0, half), part(b, 0, half)];
    const newFirst = await update(first, sign, a1, b1);
    owned.drop(a1);
    const a2 = part(a, half, size - half);
    const newBelow = await product(a2, b1, true, { to: below, sign });
    owned.drop(b1);
    const b2 = part(b, half, size - half);
    const newLast = await update(last, sign, a2, b2);
    owned.drop(a2, b2);
    return { size, first: newFirst, below: newBelow, last: newLast };
  }

  async function invert(part: Symmetric): Promise<Symmetric> {
    if ('block' in part) {
      const inverse = invertPositive(algebra.read(part.block), part.size);
      if (!inverse)
        throw new EngineError(
          'diverged',
          'The matrix of common interactions cannot be inverted to the precision of 32-bit numbers. Choose a larger ridge.',
        );
      return { size: part.size, block: owned.make(() => algebra.tensor(inverse, [part.size, part.size])) };
    }
    const { size, first, below, last } = part;
    const a = await invert(first);
    const wholeA = wholeOf(owned, a);
    const w = await product(below, wholeA, false);
    owned.drop(wholeA);
    const complement = await update(last, -1, w, below);
    const s = await invert(complement);
    dropSymmetric(owned, complement);
    const wholeS = wholeOf(owned, s);
    const v = await product(wholeS, w, false);
    owned.drop(wholeS);
    const turnedW = owned.make(() => algebra.transpose(w));
    owned.drop(w);
    const turnedV = owned.make(() => algebra.transpose(v));
    const newFirst = await update(a, 1, turnedW, turnedV);
    dropSymmetric(owned, a);
    owned.drop(turnedW, turnedV);
    const newBelow = owned.make(() => algebra.subtract(0, v));
    owned.drop(v);
    return { size, first: newFirst, below: newBelow, last: s };
  }
  return invert(matrix);
}
