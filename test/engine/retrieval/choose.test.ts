import { expect, test } from 'vitest';
import { chooseVectorIndex } from '../../../engine/retrieval/choose.ts';

const measured = (recall: number, graphMs: number, exactMs: number) => ({
  recall: { k: 100, value: recall, queries: 500 },
  latencyMs: { p50: graphMs, p99: graphMs },
  exactLatencyMs: { p50: exactMs, p99: exactMs },
});

test.each([
  ['few items, graph slower', 5_000, measured(1, 0.3, 0.1), 'exact'],
  ['few items, graph faster but it loses some', 41_000, measured(0.98, 0.2, 0.7), 'exact'],
  ['few items, graph faster and it loses none', 41_000, measured(1, 0.2, 0.7), 'hnsw'],
  ['many items', 100_000, measured(0.97, 0.5, 2), 'hnsw'],
  ['many items, graph loses too much', 100_000, measured(0.6, 0.5, 2), 'exact'],
])('%s', (_name, items, measurement, kind) => {
  expect(chooseVectorIndex(items, measurement).kind).toBe(kind);
});
