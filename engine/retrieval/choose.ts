import type { Measurement } from './measure.ts';

/** From here on, reading every vector for each request is no default any more. */
export const exactLimit = 100_000;
/** Below this an index "loses nothing" no longer. */
const fullRecall = 0.9995;
/** What an approximate index must find to be chosen by itself. */
const enoughRecall = 0.95;

const share = (value: number): string => `${(value * 100).toFixed(2)} %`;
const ms = (value: number): string => `${value.toFixed(2)} ms`;

/**
 * Which of two searches serves, and why in words. Below 100,000 items exact search, unless the graph loses nothing and is faster;
 * from there on the graph, unless it loses too much.
 */
export function chooseVectorIndex(items: number, hnsw: Measurement): { kind: 'exact' | 'hnsw'; reason: string } {
  const { value, k } = hnsw.recall;
  const times = `HNSW ${ms(hnsw.latencyMs.p50)} at recall@${k} ${share(value)}, exact search ${ms(hnsw.exactLatencyMs.p50)}`;
  if (items < exactLimit) {
    if (value >= fullRecall && hnsw.latencyMs.p50 < hnsw.exactLatencyMs.p50) {
      return { kind: 'hnsw', reason: `The graph is faster and loses nothing: ${times}.` };
    }
    return {
      kind: 'exact',
      reason:
        value >= fullRecall
          ? `Exact search is faster: ${times}.`
          : `Exact search finds everything and is fast enough below 100,000 items: ${times}.`,
    };
  }
  if (value < enoughRecall) return { kind: 'exact', reason: `The graph would lose too much: ${times}.` };
  return { kind: 'hnsw', reason: `From 100,000 items on the graph serves: ${times}.` };
}
