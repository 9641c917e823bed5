import { beforeAll, expect, test } from 'vitest';
import { parseParams } from '../../../engine/models/parameters.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { twoTower } from '../../../engine/models/two-tower.ts';
import { checkerboard, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  process.env.RECSMITH_TENSORFLOW = 'wasm';
  await loadTensorFlow();
});

test('without the native library the same model trains in WebAssembly, and the report says why and what to do', async () => {
  const { report } = await loadTensorFlow();
  expect(report).toMatchObject({
    backend: 'wasm',
    device: 'cpu',
    reason: expect.stringContaining('RECSMITH_TENSORFLOW'),
    improve: expect.stringContaining('npm run setup'),
  });

  const { set, missing } = checkerboard();
  const params = parseParams(twoTower, { dimensions: 8, batchSize: 64, epochs: 10, hidden: [8] });
  const fitted = await twoTower.fit(set, params, quietContext());
  const scores = fitted.score(Int32Array.of(0)).data;
  // User 0 has even items: one that is missing scores above every odd one.
  for (const item of missing[0] as number[])
    for (let odd = 1; odd < set.itemCount; odd += 2) expect(scores[item]).toBeGreaterThan(scores[odd] as number);
  fitted.dispose?.();
});
