import type { ServerStatistics } from '#contract/child-messages';

const lowestMs = 0.01;
const stepsPerDoubling = 8;
const buckets = 190;

interface Window {
  counts: Uint32Array;
  total: number;
}

const emptyWindow = (): Window => ({ counts: new Uint32Array(buckets), total: 0 });

/** Counts requests and failures (5xx; 501 says what a server is not for), and keeps the latencies of the last ten to twenty seconds in buckets that grow by 9 % (eight a doubling, from 0.01 ms). */
export interface RequestStatistics {
  record(durationMs: number, status: number): void;
  recordEvents(count: number): void;
  read(nowMs: number): ServerStatistics;
}

const windowMs = 10_000;

export function createStatistics(startedMs: number): RequestStatistics {
  let requests = 0;
  let errors = 0;
  let events = 0;
  let older = emptyWindow();
  let newer = emptyWindow();
  let turnedMs = startedMs;
  let readMs = startedMs;
  let readRequests = 0;

  const quantile = (share: number): number | null => {
    const total = older.total + newer.total;
    if (total === 0) return null;
    let left = Math.ceil(share * total);
    for (let i = 0; i < buckets; i++) {
      left -= (older.counts[i] as number) + (newer.counts[i] as number);
      if (left <= 0) return Number((lowestMs * 2 ** ((i + 0.5) / stepsPerDoubling)).toPrecision(3));
    }
    return null;
  };

  return {
    record(durationMs, status) {
      requests += 1;
      if (status >= 500 && status !== 501) errors += 1;
      const bucket = Math.floor(Math.log2(Math.max(durationMs, lowestMs) / lowestMs) * stepsPerDoubling);
      const at = Math.min(bucket, buckets - 1);
      newer.counts[at] = (newer.counts[at] as number) + 1;
      newer.total += 1;
    },
    recordEvents(count) {
      events += count;
    },
    read(nowMs) {
      if (nowMs - turnedMs >= windowMs) {
        older = nowMs - turnedMs >= 2 * windowMs ? emptyWindow() : newer;
        newer = emptyWindow();
        turnedMs = nowMs;
      }
      const elapsedMs = Math.max(nowMs - readMs, 1);
      const requestsPerSecond = Number((((requests - readRequests) * 1000) / elapsedMs).toFixed(1));
      readMs = nowMs;
      readRequests = requests;
      return { requests, errors, events, requestsPerSecond, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
    },
  };
}
