import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { EngineError } from '#contract/errors';
import { ease } from '../../../engine/models/ease.ts';
import type { Model } from '../../../engine/models/model.ts';
import { parseParams } from '../../../engine/models/parameters.ts';
import { retrievalModels } from '../../../engine/models/registry.ts';
import { assertFitsMemory, memoryLimit } from '../../../engine/training/memory-check.ts';

const GiB = 2 ** 30;

/** A model of which only the size matters. */
const sized = (id: string, gigabytes: number): Model => ({
  ...(ease as unknown as Model),
  id,
  label: id.toUpperCase(),
  params: z.strictObject({}),
  memoryBytes: () => gigabytes * GiB,
});
const problem = { users: 30_000, items: 41_000, pairs: 810_000, attributeBytes: 0 };

function refusal(work: () => void): EngineError {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('what a training may take', () => {
  test('is 70 % of the machine', () => {
    expect(memoryLimit({}, 16 * GiB, 0)).toEqual({ bytes: 0.7 * 16 * GiB, reason: '70 % of the 16.0 GiB of this machine' });
  });

  test('is 70 % of the container where that has less, whatever the system answers where there is no limit', () => {
    expect(memoryLimit({}, 16 * GiB, 8 * GiB)).toEqual({ bytes: 0.7 * 8 * GiB, reason: '70 % of the 8.0 GiB of this container' });
    expect(memoryLimit({}, 16 * GiB, 2 ** 63).bytes).toBe(0.7 * 16 * GiB);
  });

  test('is what the setting says, and the setting is a number above 0', () => {
    expect(memoryLimit({ RECSMITH_MEMORY_GB: '2.5' }, 16 * GiB, 0).bytes).toBe(2.5 * GiB);
    for (const wrong of ['much', '0', '-1', 'Infinity'])
      expect(refusal(() => memoryLimit({ RECSMITH_MEMORY_GB: wrong }, GiB, 0))).toMatchObject({ code: 'invalid_input' });
  });
});

describe('a fit that does not go into memory', () => {
  const limit = { bytes: 4 * GiB, reason: 'as planted' };
  const models = [sized('a', 1), sized('b', 3), sized('big', 5), sized('c', 4), sized('d', 0.1)];
  const fit = (id: string, of = models) => assertFitsMemory(of.find((model) => model.id === id) as Model, {}, problem, of, limit);

  test('is refused in words, with what it takes, what there is, and the nearest model that fits', () => {
    const { code, message, details } = refusal(() => fit('big'));
    expect(code).toBe('too_large');
    expect(message).toContain('BIG would take about 5.0 GiB of memory for 30,000 users, 41,000 items and 810,000 pairs');
    expect(message).toContain('4.0 GiB (as planted)');
    expect(message).toContain('B would fit, with about 3.0 GiB');
    expect(details).toMatchObject({ model: 'big', alternative: 'b' });
  });

  test('names a model farther away where the near ones do not fit either', () => {
    const crowded = [sized('a', 1), sized('b', 9), sized('big', 5), sized('c', 4.1), sized('d', 9)];
    expect(refusal(() => fit('big', crowded)).details).toMatchObject({ alternative: 'a' });
  });

  test('says so where no model fits', () => {
    const { message, details } = refusal(() => fit('big', [sized('big', 5), sized('c', 6)]));
    expect(message).toContain('No other model would fit');
    expect(details).not.toHaveProperty('alternative');
  });

  test('starts where it fits to the byte', () => {
    expect(() => fit('c')).not.toThrow();
  });
});

test('EASE of 41,000 items is refused on a machine of 16 GiB, and there is another model', () => {
  // Three matrices of 41,000 × 41,000 floats: 18.8 GiB.
  const error = refusal(() =>
    assertFitsMemory(ease as unknown as Model, parseParams(ease, {}), problem, retrievalModels, memoryLimit({}, 16 * GiB, 0)),
  );
  expect(error).toMatchObject({ code: 'too_large', details: { model: 'ease', alternative: expect.any(String) } });
  expect(error.message).toContain('EASE would take about 18.8 GiB');
  expect(retrievalModels.map(({ id }) => id)).toContain(error.details?.alternative);
});
