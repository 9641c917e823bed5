import path from 'node:path';

/** Where everything in a workspace lives. The only place that knows the names of its files. */
export const layout = {
  manifest: (workspace: string) => path.join(workspace, 'workspace.json'),
  lock: (workspace: string) => path.join(workspace, 'engine.lock'),
  database: (workspace: string) => path.join(workspace, 'data.duckdb'),
  runs: (workspace: string) => path.join(workspace, 'runs'),
  run: (workspace: string, id: string) => path.join(workspace, 'runs', id),
  vectorIndexes: (workspace: string) => path.join(workspace, 'vector-indexes'),
  vectorIndex: (workspace: string, id: string) => path.join(workspace, 'vector-indexes', id),
  bundles: (workspace: string) => path.join(workspace, 'bundles'),
  bundle: (workspace: string, id: string) => path.join(workspace, 'bundles', id),
  checkpoints: (workspace: string) => path.join(workspace, 'checkpoints'),
  checkpoint: (workspace: string, id: string) => path.join(workspace, 'checkpoints', id),
  datasets: (workspace: string) => path.join(workspace, 'datasets'),
  /** Notes of erasures that are under way. */
  erasures: (workspace: string) => path.join(workspace, 'erasures'),
  events: (workspace: string) => path.join(workspace, 'events'),
  /** A/B tests of the server: definitions, and logs of what was shown. */
  experiments: (workspace: string) => path.join(workspace, 'experiments'),
  /** Keys, audit log and signing secret of the server. */
  serverSecurity: (workspace: string) => path.join(workspace, 'server-security'),
  logs: (workspace: string) => path.join(workspace, 'logs'),
  uploads: (workspace: string) => path.join(workspace, 'uploads'),
  quality: (workspace: string) => path.join(workspace, 'quality.json'),
  explored: (workspace: string) => path.join(workspace, 'explored.json'),
  sqlHistory: (workspace: string) => path.join(workspace, 'sql-history.json'),
  sample: (workspace: string) => path.join(workspace, 'sample'),
};

export const runFiles = {
  manifest: 'run.json',
  model: 'model.safetensors',
  curve: 'metrics.ndjson',
  ids: 'ids.json',
  train: 'train.safetensors',
  evaluation: 'evaluation.safetensors',
} as const;
/** The arrays lie beside it, in a file that the manifest names. */
export const checkpointFiles = { manifest: 'checkpoint.json' } as const;
export const vectorIndexFiles = { manifest: 'vector-index.json', vectors: 'vectors.usearch' } as const;
