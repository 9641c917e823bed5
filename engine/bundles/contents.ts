import type { BundleManifest, PositiveRule } from '#contract/bundle';
import type { AttributeColumns, Matrix, NamedArrays } from '../math/arrays.ts';

/** Items that each user had in training: those of user row r are `indices[indptr[r] .. indptr[r + 1])`. */
export interface SeenItems {
  indptr: Int32Array;
  indices: Int32Array;
  /** By what types of events, a bit a type beside each of `indices`; null where that is not known. */
  types: Int32Array | null;
  /** Bit n stands for the n-th. */
  typeNames: string[];
}

/** What lists are filtered by, explained by, and started from. */
export interface BundleAttributes {
  users: AttributeColumns;
  items: AttributeColumns;
}

/** A ranking model as it is packed: its weights and the state of its features at the end of the data. */
export interface PackedRanker {
  run: string;
  model: string;
  label: string;
  metrics: BundleManifest['metrics'];
  arrays: NamedArrays;
}

/** All that a bundle is made of. */
export interface BundleContents {
  name: string;
  /** Unique: no two bundles share one. */
  version: string;
  createdAt: string;
  dataAsOf: string;
  /** Absent where the ranker does not tell. */
  eventsThrough?: number | undefined;
  positives: PositiveRule;
  /** The retrieval run that is packed. */
  run: {
    id: string;
    model: string;
    label: string;
    params: Record<string, unknown>;
    seed: number;
    dataFingerprint: string;
    metrics: BundleManifest['metrics'];
    versions: Record<string, string>;
  };
  userIds: readonly string[];
  itemIds: readonly string[];
  /** How many of them, the last ones, came after the training. */
  newUsers: number;
  newItems: number;
  /** Users whose vectors follow what they have had since the training. */
  updatedUsers: number;
  /** users × dimensions and items × dimensions; the score is their dot product. */
  userEmbeddings: Matrix;
  itemEmbeddings: Matrix;
  /** One value an item, higher is more popular. */
  popularity: Float32Array;
  seen: SeenItems;
  /** 1 for each user whose vector means something, 0 for those who get what is popular. */
  known: Uint8Array;
  ranker: PackedRanker | null;
  attributes: BundleAttributes;
  vectorIndex: BundleManifest['vectorIndex'];
  /** Parquet files to copy in. */
  tables: { users?: string; items?: string };
  /** Markdown. */
  modelCard: string;
}

/** A bundle that was verified and read: finite arrays, and shapes that agree. */
export interface LoadedBundle {
  folder: string;
  manifest: BundleManifest;
  userIds: string[];
  itemIds: string[];
  userEmbeddings: Matrix;
  itemEmbeddings: Matrix;
  popularity: Float32Array;
  seen: SeenItems;
  /** 1 for each user whose vector means something, 0 for those who get what is popular. */
  known: Uint8Array;
  /** The arrays of the ranking model, null where the bundle has none. */
  ranker: NamedArrays | null;
  /** Empty for a bundle of before they were kept. */
  attributes: BundleAttributes;
}
