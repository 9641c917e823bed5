import { leakage } from './attribute-checks.ts';
import type { Check } from './check.ts';
import { itemIds, neverTouched, userIds, withoutAttributes } from './id-checks.ts';
import { bots, bursts, clockJumps, duplicates, future, ratings, single } from './row-checks.ts';
import { drift, zones } from './time-checks.ts';

/** Everything that is looked for, gravest first. */
export const checks: readonly Check[] = [
  leakage,
  bots,
  duplicates,
  bursts,
  userIds,
  itemIds,
  zones,
  future,
  ratings,
  clockJumps,
  drift,
  withoutAttributes,
  neverTouched,
  single,
];
