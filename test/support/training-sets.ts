import type { EntityFeatures, Interactions } from '../../engine/math/arrays.ts';
import { createRandom } from '../../engine/math/random.ts';
import { toSparseMatrix } from '../../engine/math/sparse.ts';
import type { FitContext, TrainingSet } from '../../engine/models/model.ts';

export const noFeatures = (rows: number): EntityFeatures => ({ rows, categories: [], lists: [], numbers: [] });

/**
 * Users of even row have even items, users of odd row odd ones, but for a few of their own colour each: a model that has understood anything ranks those
 * first. Each user's missing items are given as the held-out ones.
 */
export function checkerboard(users = 40, items = 24, seed = 1): { set: TrainingSet; missing: number[][] } {
  const random = createRandom(seed, 'checkerboard');
  const missing: number[][] = [];
  const pairs: [number, number][] = [];
  for (let user = 0; user < users; user++) {
    const own = Int32Array.from({ length: Math.floor((items - (user % 2) + 1) / 2) }, (_, i) => 2 * i + (user % 2));
    random.shuffle(own);
    missing.push([...own.subarray(0, 3)]);
    for (const item of own.subarray(3)) pairs.push([user, item]);
  }
  const order = Int32Array.from(pairs, (_, i) => i);
  random.shuffle(order);
  const interactions: Interactions = {
    users: order.map((at) => pairs[at]?.[0] as number),
    items: order.map((at) => pairs[at]?.[1] as number),
    weights: new Float32Array(pairs.length).fill(1),
    timestamps: Float64Array.from(pairs, (_, at) => 1_600_000_000_000 + at * 60_000),
  };
  const matrix = toSparseMatrix(interactions, users, items);
  const set = {
    userCount: users,
    itemCount: items,
    interactions,
    matrix,
    userFeatures: noFeatures(users),
    itemFeatures: noFeatures(items),
  };
  return { set, missing };
}

/** Users who walk along a ring of items, each from a place of their own; `next` is where each would go after that: known from the last item alone. */
export function chains(users = 60, items = 30, steps = 8): { set: TrainingSet; next: number[] } {
  const count = users * steps;
  const interactions: Interactions = {
    users: Int32Array.from({ length: count }, (_, at) => at % users),
    items: Int32Array.from({ length: count }, (_, at) => ((at % users) * 7 + Math.floor(at / users)) % items),
    weights: new Float32Array(count).fill(1),
    timestamps: Float64Array.from({ length: count }, (_, at) => 1_600_000_000_000 + at * 60_000),
  };
  const next = Array.from({ length: users }, (_, user) => (user * 7 + steps) % items);
  const matrix = toSparseMatrix(interactions, users, items);
  return {
    set: { userCount: users, itemCount: items, interactions, matrix, userFeatures: noFeatures(users), itemFeatures: noFeatures(items) },
    next,
  };
}

/** A training set of these pairs, in their order and of different weights, without attributes or times. */
export function setOfPairs(pairs: readonly (readonly [number, number])[], userCount: number, itemCount: number): TrainingSet {
  const interactions: Interactions = {
    users: Int32Array.from(pairs, ([user]) => user),
    items: Int32Array.from(pairs, ([, item]) => item),
    weights: Float32Array.from(pairs, (_, at) => 1 + (at % 3)),
    timestamps: new Float64Array(pairs.length),
  };
  const matrix = toSparseMatrix(interactions, userCount, itemCount);
  return { userCount, itemCount, interactions, matrix, userFeatures: noFeatures(userCount), itemFeatures: noFeatures(itemCount) };
}

/** A context that nobody listens to. */
export function quietContext(seed = 1, changes: Partial<FitContext> = {}): FitContext {
  return {
    random: createRandom(seed, 'test'),
    seed,
    validate: null,
    resume: null,
    keepEpoch: async () => {},
    checkpoint: async () => {},
    curve: () => {},
    log: () => {},
    ...changes,
  };
}
