import { rowAt } from '../math/arrays.ts';
import type { FittedModel } from './model.ts';

/** How known users' vectors follow what training did not see: by the model's own way, else by its fold-in; null where it has neither. */
export function followerOf(fitted: FittedModel): FittedModel['follow'] | null {
  if (fitted.follow) return fitted.follow.bind(fitted);
  const { foldIn } = fitted;
  const users = foldIn && fitted.embed?.().users;
  if (!users) return null;
  return (row, { items, since }) => freshened(rowAt(users, row), foldIn.call(fitted, since), since.length / items.length);
}

/**
 * A known user's vector after items that training did not see: moved towards what a fold-in makes of the new items alone, by the share that these are of all the user's
 * items, at the length that it had. The space stays the same, and so do item vectors, index and ranker. The vector itself where the fold-in says nothing.
 */
export function freshened(vector: Float32Array, folded: Float32Array, share: number): Float32Array {
  const lengthOf = (of: Float32Array): number => Math.sqrt(of.reduce((sum, x) => sum + x * x, 0));
  const [own, other] = [lengthOf(vector), lengthOf(folded)];
  if (!(own > 0 && other > 0 && Number.isFinite(other))) return vector;
  const moved = vector.map((x, d) => (1 - share) * x + share * (own / other) * (folded[d] as number));
  const length = lengthOf(moved);
  return length > 0 ? moved.map((x) => (x * own) / length) : vector;
}
