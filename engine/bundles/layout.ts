/** The files of a bundle. Nothing else may be in it. */
export const bundleFiles = {
  manifest: 'bundle.json',
  model: 'model.safetensors',
  ranker: 'ranker.safetensors',
  attributes: 'attributes.safetensors',
  users: 'users.parquet',
  items: 'items.parquet',
  modelCard: 'model-card.md',
  openApi: 'openapi.json',
} as const;

const MiB = 1024 * 1024;

/** The largest size that each file may have. Arrays are read whole, and no runtime we support reads more than 2 GiB at once. */
export const fileLimits: Record<string, number> = {
  [bundleFiles.manifest]: 4 * MiB,
  [bundleFiles.model]: 2048 * MiB - 1,
  [bundleFiles.ranker]: 2048 * MiB - 1,
  [bundleFiles.attributes]: 2048 * MiB - 1,
  [bundleFiles.users]: 64 * 1024 * MiB,
  [bundleFiles.items]: 64 * 1024 * MiB,
  [bundleFiles.modelCard]: 4 * MiB,
  [bundleFiles.openApi]: 4 * MiB,
};

/** The arrays in model.safetensors. */
export const arrayNames = {
  userIds: 'user.ids',
  itemIds: 'item.ids',
  userEmbeddings: 'user.embedding',
  itemEmbeddings: 'item.embedding',
  popularity: 'popularity',
  seenIndptr: 'seen.indptr',
  seenIndices: 'seen.indices',
  /** Absent where the types of events are not known. */
  seenTypes: 'seen.types',
  seenTypeNames: 'seen.type-names',
  /** 1 where the model knows the user; absent: it knows all. */
  known: 'user.known',
} as const;
