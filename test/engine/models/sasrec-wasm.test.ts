import { beforeAll, expect, test } from 'vitest';
import { parseParams } from '../../../engine/models/parameters.ts';
import { sasrec } from '../../../engine/models/sasrec.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { checkerboard, quietContext } from '../../support/training-sets.ts';

beforeAll(async () => {
  process.env.RECSMITH_TENSORFLOW = 'wasm';
  await loadTensorFlow();
});

test('without the native library the same model trains in WebAssembly', async () => {
  expect((await loadTensorFlow()).report.backend).toBe('wasm');
  const { set, missing } = checkerboard();
  const params = parseParams(sasrec, { dimensions: 8, heads: 2, batchSize: 64, epochs: 12, maxLength: 6 });
  const fitted = await sasrec.fit(set, params, quietContext());
  const scores = fitted.score(Int32Array.of(0)).data;
  // User 0 has even items: one that is missing scores above every odd one.
  for (const item of missing[0] as number[])
    for (let odd = 1; odd < set.itemCount; odd += 2) expect(scores[item]).toBeGreaterThan(scores[odd] as number);
  fitted.dispose?.();
});
