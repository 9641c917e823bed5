import { expect, test } from 'vitest';
import { splitInteractions } from '../../../engine/evaluation/split.ts';
import { runTask } from '../../../engine/training/run-task.ts';
import { hasMl100k, ml100kFolder, readMl100k } from '../../support/ml-100k.ts';

if (!hasMl100k)
  process.stderr.write(`MovieLens 100K is not at ${ml100kFolder}: its tests are skipped. RECSMITH_ML100K names its folder.\n`);

const quiet = { checkpoint: async () => {}, curve: () => {}, log: () => {}, signal: new AbortController().signal };

// What the same models reach in numpy, to three digits: EASE .116 and .062, the normalised form .120 and .063.
test.skipIf(!hasMl100k).each([
  { model: 'ease', hitRate: 0.1155, ndcg: 0.0615 },
  { model: 'normalised-linear', hitRate: 0.12, ndcg: 0.063 },
])(
  'on MovieLens 100K $model reaches its peer, with settings that validation chose',
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
  60_000,
);
