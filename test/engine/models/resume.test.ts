import { beforeAll, describe, expect, test } from 'vitest';
import { bpr } from '../../../engine/models/bpr.ts';
import { lightgcn } from '../../../engine/models/lightgcn.ts';
import type { Model } from '../../../engine/models/model.ts';
import { learnsByEpochs, parseParams } from '../../../engine/models/parameters.ts';
import { retrievalModels } from '../../../engine/models/registry.ts';
import { sasrec } from '../../../engine/models/sasrec.ts';
import { loadTensorFlow } from '../../../engine/models/tensorflow.ts';
import { trainInterrupted } from '../../support/resume.ts';
import { checkerboard, quietContext } from '../../support/training-sets.ts';

/** Models that learn by epochs, with what makes them quick. */
const models: [Model, Record<string, unknown>][] = [
  [bpr, { dimensions: 8, epochs: 60, patience: 20 }],
  [lightgcn, { dimensions: 8, epochs: 12, batchSize: 256 }],
  [sasrec, { dimensions: 8, epochs: 12, batchSize: 64, maxLength: 10 }],
];

beforeAll(async () => {
  await loadTensorFlow();
});

describe.each(models.map(([model, params]) => [model.id, model, params] as const))(
  '%s, interrupted and taken up again',
  (_, model, params) => {
    test('ends with the same weights to the last bit while its settings are being chosen', async () => {
      const { whole, resumed, facts } = await trainInterrupted(model, params, { after: 1, validated: true });
      expect(resumed).toEqual(whole);
      expect(facts[1]?.bestEpoch).toBe(facts[0]?.bestEpoch);
      expect(facts[1]?.settled).toEqual(facts[0]?.settled);
    });

    test('ends with the same weights where one choice was left', async () => {
      const { whole, resumed } = await trainInterrupted(model, params, { after: 6, validated: true });
      expect(resumed).toEqual(whole);
    });

    test('ends with the same weights without validation', async () => {
      const { whole, resumed } = await trainInterrupted(model, { ...params, epochs: 7 }, { after: 4, validated: false });
      expect(resumed).toEqual(whole);
    });
  },
);

test.each(retrievalModels.filter(learnsByEpochs).map((model) => [model.id, model] as const))(
  '%s keeps its epochs, as its parameter says',
  async (_, model) => {
    const kept: number[] = [];
    const context = quietContext(5, { keepEpoch: async (epoch) => void kept.push(epoch) });
    const fitted = await model.fit(checkerboard(30, 20).set, parseParams(model, { epochs: 2 }), context);
    fitted.dispose?.();
    expect(kept).toEqual([1, 2]);
  },
);
