import type { Interactions } from '../../engine/math/arrays.ts';
import { createRandom } from '../../engine/math/random.ts';

/** Distinct pairs to train on, and one more item of some users to find. */
export interface ClusteredPairs {
  users: number;
  items: number;
  train: Interactions;
  heldOut: { users: Int32Array; items: Int32Array };
}

const clusters = 60;
const inCluster = 0.6;

/** Cumulative weights of Zipf's law. */
function zipf(size: number, exponent: number): Float64Array {
  let sum = 0;
  return Float64Array.from({ length: size }, (_, rank) => {
    sum += (rank + 1) ** -exponent;
    return sum;
  });
}

/**
 * Pairs with something to learn: users and items belong to clusters, and most of a user's items are from the own one. A user's activity and an item's
 * popularity fall with the rank (Zipf, exponents 0.5 and 0.8); items of a cluster are every 60th.
 */
export function clusteredPairs(users: number, items: number, pairs: number, heldOutUsers = 5000): ClusteredPairs {
  const random = createRandom(1, 'clustered pairs');
  const byUser = zipf(users, 0.5);
  const byItem = zipf(items, 0.8);
  const byMember = zipf(Math.floor(items / clusters), 0.8);
  const draw = (sums: Float64Array): number => {
    const point = random.next() * (sums[sums.length - 1] as number);
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) <= point) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const itemOf = (user: number): number => (random.next() < inCluster ? draw(byMember) * clusters + (user % clusters) : draw(byItem));
  const met = new Set<number>();
  while (met.size < pairs) {
    const user = draw(byUser);
    met.add(user * items + itemOf(user));
  }
  const wanted = Int32Array.from({ length: Math.min(heldOutUsers, users) }, (_, i) =>
    Math.floor((i * users) / Math.min(heldOutUsers, users)),
  );
  const found = wanted.map((user) => {
    for (;;) {
      const item = itemOf(user);
      if (!met.has(user * items + item)) return item;
    }
  });
  const all = [...met];
  return {
    users,
    items,
    train: {
      users: Int32Array.from(all, (pair) => Math.floor(pair / items)),
      items: Int32Array.from(all, (pair) => pair % items),
      weights: new Float32Array(all.length).fill(1),
      timestamps: Float64Array.from(all, (_, at) => at * 1000),
    },
    heldOut: { users: wanted, items: found },
  };
}
