import { expect, test } from 'vitest';
import type { VectorIndexInfo } from '#contract/vector-index';
import { indexText } from '../../../engine/cli/index-text.ts';

const recall = (value: number) => ({ k: 100, value, queries: 500 });
const info: VectorIndexInfo = {
  id: 'index-1',
  run: 'run-1',
  kind: 'exact',
  precision: 'f32',
  items: 500,
  dimensions: 64,
  recall: recall(1),
  latencyMs: { p50: 0.1, p99: 0.2 },
  exactLatencyMs: { p50: 0.1, p99: 0.2 },
  buildSeconds: 1,
  sizeBytes: 1,
  reason: 'Why.',
  createdAt: '2026-01-01T00:00:00Z',
};

test('where exact search is chosen, the graph stands beside it as it was measured', () => {
  const graph = { precision: 'f32' as const, recall: recall(0.99), latencyMs: { p50: 0.3, p99: 0.4 } };
  expect(indexText({ ...info, graph }).split('\n')).toEqual([
    'search          recall@100       p50       p99',
    'exact (chosen)      1.0000  0.100 ms  0.200 ms',
    'hnsw f32            0.9900  0.300 ms  0.400 ms',
    '',
    'index-1: 500 × 64. Why.',
  ]);
});

test('where the graph is chosen, it is the one with the mark', () => {
  const chosen = { ...info, kind: 'hnsw' as const, precision: 'f16' as const, recall: recall(0.98), latencyMs: { p50: 0.05, p99: 0.06 } };
  expect(indexText(chosen).split('\n').slice(1, 3)).toEqual([
    'exact                  1.0000  0.100 ms  0.200 ms',
    'hnsw f16 (chosen)      0.9800  0.050 ms  0.060 ms',
  ]);
});

test('a graph that was not measured is not shown', () => {
  expect(indexText(info).split('\n')).toHaveLength(4);
});
