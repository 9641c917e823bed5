/** What a bucket holds: requests that may come at once. */
interface Bucket {
  level: number;
  filledMs: number;
}

/** Says how long somebody has to wait; 0 where they may go on. */
export interface Buckets {
  /** Takes one, where there is one. Gives the milliseconds until there is one, else 0. */
  take(name: string, perSecond: number, size: number, nowMs?: number): number;
}

/** Nobody fills the memory with names: the ones that were not used for longest are forgotten. */
const mostNames = 10_000;

/** Parts of a second do not add up exactly. */
const roundingError = 1e-9;

/** Token buckets by name, on the monotonic clock: a clock that is set back stops nobody. */
export function createBuckets(): Buckets {
  const buckets = new Map<string, Bucket>();

  const fill = (name: string, perSecond: number, size: number, nowMs: number): Bucket => {
    const bucket = buckets.get(name) ?? { level: size, filledMs: nowMs };
    bucket.level = Math.min(size, bucket.level + ((nowMs - bucket.filledMs) / 1000) * perSecond);
    bucket.filledMs = nowMs;
    buckets.delete(name);
    buckets.set(name, bucket);
    const [longestUnused] = buckets.keys();
    if (buckets.size > mostNames && longestUnused !== undefined) buckets.delete(longestUnused);
    return bucket;
  };
  return {
    take(name, perSecond, size, nowMs = performance.now()) {
      const bucket = fill(name, perSecond, size, nowMs);
      if (bucket.level < 1 - roundingError) return ((1 - bucket.level) / perSecond) * 1000;
      bucket.level -= 1;
      return 0;
    },
  };
}
