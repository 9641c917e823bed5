import type { Index } from 'usearch';
import { EngineError } from '#contract/errors';
import type { Matrix } from '../math/arrays.ts';
import { rescore } from './rescore.ts';
import { loadUsearch } from './usearch-library.ts';
import { type Checkpoint, checkQuery, checkVectors, type VectorIndex, type VectorIndexSettings } from './vector-index.ts';

/** An approximate index, whose native part can be saved. */
export interface HnswIndex extends VectorIndex {
  readonly kind: 'hnsw';
  readonly native: Index;
}

/** A graph of 16 neighbours a node; wide enough a search that 200 candidates are found with high recall. */
export const hnswDefaults = { connectivity: 16, expansionAdd: 128, expansionSearch: 256 } as const;

/** Longest time in one stretch of native work, which answers nobody. */
const stretchMs = 8;
const vectorsAtOnce = 16;

/** An empty native index with these settings. */
export async function createNative(dimensions: number, settings: VectorIndexSettings): Promise<Index> {
  const { Index, MetricKind, ScalarKind } = await loadUsearch();
  return new Index({
    dimensions,
    metric: MetricKind.IP,
    quantization: { f32: ScalarKind.F32, f16: ScalarKind.F16, i8: ScalarKind.I8 }[settings.precision],
    connectivity: settings.connectivity ?? hnswDefaults.connectivity,
    expansion_add: settings.expansionAdd ?? hnswDefaults.expansionAdd,
    expansion_search: settings.expansionSearch ?? hnswDefaults.expansionSearch,
    multi: false,
  });
}

/** The index around a native one that holds these vectors under their rows. */
export function wrapNative(native: Index, items: Matrix, settings: VectorIndexSettings): HnswIndex {
  return {
    kind: 'hnsw',
    native,
    settings,
    size: items.rows,
    dimensions: items.columns,
    search(query, k) {
      checkQuery({ dimensions: items.columns }, query, k);
      const wanted = Math.min(k, items.rows);
      if (wanted === 0) return { rows: new Int32Array(0), scores: new Float32Array(0) };
      return rescore(items, query, native.search(query, wanted, 1).keys);
    },
    // The binding frees the graph with the object; there is no call for it.
    dispose: () => undefined,
  };
}

/**
 * Builds an HNSW graph over the rows of `items`, on one thread and in short stretches, so that the process answers others meanwhile.
 * @param checkpoint hears of the progress, may throw to stop
 */
export async function buildHnswIndex(
  items: Matrix,
  settings: Omit<VectorIndexSettings, 'kind'>,
  checkpoint: Checkpoint = () => new Promise((resolve) => setImmediate(resolve)),
): Promise<HnswIndex> {
  checkVectors(items);
  if (items.rows === 0) throw new EngineError('bad_data', 'There are no items to index. Import interactions and train a model first.');
  const complete = { ...hnswDefaults, ...settings, kind: 'hnsw' as const };
  const native = await createNative(items.columns, complete);
  const started = performance.now();
  let stretch = started;
  for (let row = 0; row < items.rows; row += vectorsAtOnce) {
    const end = Math.min(items.rows, row + vectorsAtOnce);
    const keys = BigUint64Array.from({ length: end - row }, (_, i) => BigInt(row + i));
    native.add(keys, items.data.subarray(row * items.columns, end * items.columns), 1);
    const now = performance.now();
    if (now - stretch < stretchMs && end < items.rows) continue;
    await checkpoint({
      phase: 'Building the vector index',
      done: end,
      total: items.rows,
      unit: 'items',
      rate: (end / (now - started)) * 1000,
    });
    stretch = performance.now();
  }
  return wrapNative(native, items, complete);
}
