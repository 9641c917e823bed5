import { expect, test } from 'vitest';
import { splitInteractions } from '../../../engine/evaluation/split.ts';
import { runTask } from '../../../engine/training/run-task.ts';
import { hasMl100k, ml100kFolder, readMl100k } from '../../support/ml-100k.ts';

if (!hasMl100k)
  process.stderr.write(`MovieLens 100K is not at ${ml100kFolder}: its tests are skipped. RECSMITH_ML100K names its folder.\n`);

const quiet = { checkpoint: async () => {}, curve: () => {}, log: () => {}, signal: new AbortController().signal };

/**
 * Bars under what one seed reaches with the shipped defaults, each the Python peer's own figure or as near to it as seeds differ: a fall below them means that
 * something broke. `npm run bench -- quality` has all seeds, beside the peers.
 */
test.skipIf(!hasMl100k).each([
  { model: 'normalised-linear', hitRate: 0.12, ndcg: 0.063 },
  { model: 'ease', hitRate: 0.1155, ndcg: 0.0615 },
  { model: 'ials', hitRate: 0.116, ndcg: 0.058 },
  { model: 'spectral-filter', hitRate: 0.099, ndcg: 0.053 },
  { model: 'lightgcn', hitRate: 0.108, ndcg: 0.051 },
  { model: 'rp3beta', hitRate: 0.092, ndcg: 0.045 },
  { model: 'item-knn', hitRate: 0.09, ndcg: 0.043 },
  { model: 'user-knn', hitRate: 0.09, ndcg: 0.043 },
  { model: 'bpr', hitRate: 0.095, ndcg: 0.046 },
])(
  'on MovieLens 100K $model reaches its bar, with settings that validation chose',
  async ({ model, hitRate, ndcg }) => {
    const { interactions, ...data } = readMl100k();
    const split = { kind: 'leave-last-out' } as const;
    const { train, test: held } = splitInteractions(interactions, split, { seed: 1, userCount: data.userCount });
    const outcome = await runTask(
      { kind: 'fit', model, params: {}, seed: 1, ...data, oracle: null, train, split, test: held, ks: [10] },
      quiet,
    );
    expect(outcome.metrics['hit-rate@10']).toBeGreaterThanOrEqual(hitRate);
    expect(outcome.metrics['ndcg@10']).toBeGreaterThanOrEqual(ndcg);
  },
  300_000,
);
