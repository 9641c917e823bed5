import { fork } from 'node:child_process';
import { createRandom } from '../../engine/math/random.ts';
import { buildHnswIndex } from '../../engine/retrieval/hnsw-index.ts';

const flag = '--indexing-load';

/** Whether this process was started to build graphs beside a bench. */
export const isIndexingLoad = (): boolean => process.argv.includes(flag);

/** Builds one graph after the other, as the engine does, until it is killed. */
export async function buildGraphs(): Promise<void> {
  const random = createRandom(8, 'indexing-load');
  const [rows, columns] = [20_000, 64];
  const items = { rows, columns, data: Float32Array.from({ length: rows * columns }, () => random.normal() / 8) };
  for (;;) await buildHnswIndex(items, { precision: 'f32' });
}

/** Starts this bench once more, to build graphs. */
export function startIndexing(): { stop(): void } {
  const child = fork(process.argv[1] as string, [flag], { execArgv: [], stdio: ['ignore', 2, 2, 'ipc'] });
  return { stop: () => child.kill('SIGKILL') };
}
