import type { VectorIndexInfo } from '#contract/vector-index';
import type { Matrix } from '../math/arrays.ts';
import { chooseVectorIndex } from './choose.ts';
import { createExactIndex } from './exact-index.ts';
import { buildHnswIndex, type HnswIndex } from './hnsw-index.ts';
import { type SavedIndex, saveVectorIndex } from './index-file.ts';
import { type Measurement, measureVectorIndex } from './measure.ts';
import { createScanIndex } from './scan-index.ts';
import type { Checkpoint, VectorIndex, VectorIndexSettings } from './vector-index.ts';

export interface BuildOptions {
  kind: 'auto' | 'exact' | 'hnsw';
  /** What is searched for while measuring: user vectors. */
  queries: Matrix;
  /** Where an HNSW graph is saved, should it be the choice. */
  file: string;
  key: Uint8Array;
  precision?: VectorIndexSettings['precision'];
  checkpoint: Checkpoint;
}

export interface BuiltIndex {
  index: VectorIndex;
  /** For a bundle's manifest. */
  settings: VectorIndexSettings;
  /** The measured facts; the caller adds `id`, `run` and `createdAt`. */
  info: Omit<VectorIndexInfo, 'id' | 'run' | 'createdAt'>;
  /** What `loadVectorIndex` needs; null for exact search, which has no file. */
  saved: SavedIndex | null;
}

/** Builds the index of some item vectors, measures it against exact search on this machine, and keeps the better one (or the one asked for). */
export async function buildVectorIndex(items: Matrix, options: BuildOptions): Promise<BuiltIndex> {
  const { kind, queries, checkpoint } = options;
  const started = performance.now();
  // As the server searches where it searches exactly.
  const exact = createScanIndex(items) ?? (await createExactIndex(items));
  const measured = { items: items.rows, dimensions: items.columns };

  const keepExact = (reason: string, measurement: Measurement, graph?: VectorIndexInfo['graph']): BuiltIndex => {
    const { settings } = exact;
    const buildSeconds = (performance.now() - started) / 1000;
    const rest = { buildSeconds, sizeBytes: items.data.byteLength, reason, ...(graph ? { graph } : {}) };
    return {
      index: exact,
      settings,
      info: { ...settings, ...measured, ...measurement, ...rest },
      saved: null,
    };
  };
  if (kind === 'exact' || items.rows === 0) {
    const reason = kind === 'exact' ? 'Exact search was asked for.' : 'There is nothing to build a graph of.';
    return keepExact(reason, await measureVectorIndex(exact, exact, queries, { checkpoint }));
  }

  const graph: HnswIndex = await buildHnswIndex(items, { precision: options.precision ?? 'f32' }, checkpoint);
  const buildSeconds = (performance.now() - started) / 1000;
  const measurement = await measureVectorIndex(graph, exact, queries, { checkpoint });
  const choice = kind === 'hnsw' ? { kind, reason: 'The graph was asked for.' } : chooseVectorIndex(items.rows, measurement);
  if (choice.kind === 'exact') {
    graph.dispose();
    const { recall, latencyMs, exactLatencyMs } = measurement;
    const own = { recall: { ...recall, value: 1 }, latencyMs: exactLatencyMs, exactLatencyMs };
    return keepExact(choice.reason, own, { precision: graph.settings.precision, recall, latencyMs });
  }
  const saved = await saveVectorIndex(graph, items, options.file, options.key);
  const { settings } = graph;
  const info = { ...settings, ...measured, ...measurement, buildSeconds, sizeBytes: saved.sizeBytes, reason: choice.reason };
  return { index: graph, settings, info, saved };
}
