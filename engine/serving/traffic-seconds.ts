import type { TrafficSecond } from '#contract/server';

/** Ten minutes. */
const kept = 600;
const lowestMs = 0.02;
const stepsPerDoubling = 5;
/** Up to about four minutes, which is longer than a request may take. */
const buckets = 120;

/** `cache`: a list that was made before, whatever made it. */
const sourceNames = ['ranker', 'retrieval', 'cached', 'popularity', 'random', 'cache'] as const;

/** What was answered, second by second. */
export interface TrafficSeconds {
  /** @param timeMs since 1970 */
  record(timeMs: number, durationMs: number, status: number, source: string | undefined): void;
  /** Seconds with requests in the last ten minutes, oldest first. */
  read(timeMs: number): TrafficSecond[];
}

/**
 * Counts in typed arrays that are made once: latencies in buckets that grow by 15 %, so that a percentile is at most 7 % off.
 * A second that is over makes room for the one ten minutes later.
 */
export function createTrafficSeconds(): TrafficSeconds {
  const seconds = new Float64Array(kept).fill(-1);
  const requests = new Uint32Array(kept);
  const errors = new Uint32Array(kept);
  const latencies = new Uint16Array(kept * buckets);
  const sources = new Uint32Array(kept * sourceNames.length);
  const sourceAt = new Map<string, number>(sourceNames.map((name, at) => [name, at]));

  const clear = (slot: number, second: number): void => {
    seconds[slot] = second;
    requests[slot] = 0;
    errors[slot] = 0;
    latencies.fill(0, slot * buckets, (slot + 1) * buckets);
    sources.fill(0, slot * sourceNames.length, (slot + 1) * sourceNames.length);
  };

  const quantile = (slot: number, share: number): number | null => {
    const counts = latencies.subarray(slot * buckets, (slot + 1) * buckets);
    let left = 0;
    for (const count of counts) left += count;
    left = Math.ceil(share * left);
    if (left === 0) return null;
    for (const [at, count] of counts.entries()) {
      left -= count;
      if (left <= 0) return Number((lowestMs * 2 ** ((at + 0.5) / stepsPerDoubling)).toPrecision(3));
    }
    return null;
  };

  const read = (slot: number): TrafficSecond => {
    const counted: Record<string, number> = {};
    for (const [at, name] of sourceNames.entries()) {
      const count = sources[slot * sourceNames.length + at] as number;
      if (count > 0) counted[name] = count;
    }
    return {
      timeMs: (seconds[slot] as number) * 1000,
      requests: requests[slot] as number,
      errors: errors[slot] as number,
      p50Ms: quantile(slot, 0.5),
      p95Ms: quantile(slot, 0.95),
      p99Ms: quantile(slot, 0.99),
      sources: counted,
    };
  };

  return {
    record(timeMs, durationMs, status, source) {
      const second = Math.floor(timeMs / 1000);
      const slot = second % kept;
      if (seconds[slot] !== second) clear(slot, second);
      requests[slot] = (requests[slot] as number) + 1;
      if (status >= 500 && status !== 501) errors[slot] = (errors[slot] as number) + 1;
      const bucket = Math.floor(Math.log2(Math.max(durationMs, lowestMs) / lowestMs) * stepsPerDoubling);
      const at = slot * buckets + Math.min(bucket, buckets - 1);
      if ((latencies[at] as number) < 65_535) latencies[at] = (latencies[at] as number) + 1;
      const named = source === undefined ? undefined : sourceAt.get(source);
      if (named !== undefined) {
        const place = slot * sourceNames.length + named;
        sources[place] = (sources[place] as number) + 1;
      }
    },
    read(timeMs) {
      const now = Math.floor(timeMs / 1000);
      const slots = Array.from(seconds.keys()).filter((slot) => {
        const second = seconds[slot] as number;
        return second >= 0 && second > now - kept && second <= now;
      });
      return slots.sort((a, b) => (seconds[a] as number) - (seconds[b] as number)).map(read);
    },
  };
}
