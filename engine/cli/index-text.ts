import type { VectorIndexInfo } from '#contract/vector-index';
import { formatNumber, formatTable } from './terminal.ts';

/** Each search that was measured, once, with the one that serves marked. */
export function indexText(index: VectorIndexInfo): string {
  const row = (name: string, chosen: boolean, { p50, p99 }: { p50: number; p99: number }, recall: number): string[] => [
    `${name}${chosen ? ' (chosen)' : ''}`,
    recall.toFixed(4),
    `${p50.toFixed(3)} ms`,
    `${p99.toFixed(3)} ms`,
  ];
  const exact = index.kind === 'exact';
  const graph = exact ? index.graph : index;
  const table = formatTable([
    ['search', `recall@${index.recall.k}`, 'p50', 'p99'],
    row('exact', exact, index.exactLatencyMs, 1),
    ...(graph ? [row(`hnsw ${graph.precision}`, !exact, graph.latencyMs, graph.recall.value)] : []),
  ]);
  return `${table}\n\n${index.id}: ${formatNumber(index.items)} × ${index.dimensions}. ${index.reason}`;
}
