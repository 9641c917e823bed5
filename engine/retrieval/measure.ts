import { type Matrix, rowAt } from '../math/arrays.ts';
import type { Checkpoint, VectorIndex } from './vector-index.ts';

/** What was measured of an index on this machine. Latencies are milliseconds a search, one thread. */
export interface Measurement {
  recall: { k: number; value: number; queries: number };
  latencyMs: { p50: number; p99: number };
  exactLatencyMs: { p50: number; p99: number };
}

/** The value below which a share of sorted values lies (nearest rank). */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

const spread = (values: number[]): { p50: number; p99: number } => {
  const sorted = Float64Array.from(values).sort();
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
};

/** Row numbers spread evenly over the queries, each once. */
export function pickEvenly(rows: number, count: number): number[] {
  const picked = Math.min(rows, count);
  return Array.from({ length: picked }, (_, i) => Math.floor((i * rows) / picked));
}

/**
 * Recall@k = |found ∩ exact top k| / k, averaged over the queries, and how long either search takes. The two take turns, so that
 * a busy machine is busy for both.
 */
export async function measureVectorIndex(
  index: VectorIndex,
  exact: VectorIndex,
  queries: Matrix,
  options: { k?: number; queries?: number; checkpoint?: Checkpoint } = {},
): Promise<Measurement> {
  const k = Math.min(options.k ?? 100, exact.size);
  const picked = pickEvenly(queries.rows, options.queries ?? 500);
  const times: number[] = [];
  const exactTimes: number[] = [];
  let found = 0;
  let stretch = performance.now();
  for (const [at, row] of picked.entries()) {
    const query = rowAt(queries, row);
    const start = performance.now();
    const matches = index.search(query, k);
    const middle = performance.now();
    const truth = index === exact ? matches : exact.search(query, k);
    const end = performance.now();
    times.push(middle - start);
    exactTimes.push(index === exact ? middle - start : end - middle);
    const rows = new Set(truth.rows);
    for (const candidate of matches.rows) if (rows.has(candidate)) found += 1;
    if (end - stretch < 8) continue;
    await options.checkpoint?.({ phase: 'Measuring the vector index', done: at + 1, total: picked.length, unit: 'queries' });
    stretch = performance.now();
  }
  const value = picked.length === 0 || k === 0 ? 1 : found / (picked.length * k);
  return { recall: { k, value, queries: picked.length }, latencyMs: spread(times), exactLatencyMs: spread(exactTimes) };
}
