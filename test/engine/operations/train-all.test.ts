import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { retrievalModels } from '../../../engine/models/registry.ts';
import { withEngine, withSampleData } from '../../support/engine.ts';

afterEach(() => vi.unstubAllEnvs());

test('every retrieval model gets a training of its own, on what was asked for', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const { started, leftOut } = await engine.call('run.trainAll', { split: { kind: 'leave-last-out' }, seed: 3 });
    expect(started.map(({ model }) => model).sort()).toEqual(retrievalModels.map(({ id }) => id).sort());
    expect(leftOut).toEqual([]);
    // What takes least comes first: popularity is there in a moment.
    expect(started[0]?.model).toBe('popularity');
    for (const { job } of started.slice(1).reverse()) await engine.call('job.cancel', { id: job.id });
    const first = await engine.ended(started[0]?.job.id as string);
    expect(first.result).toMatchObject({ model: 'popularity', seed: 3, split: { kind: 'leave-last-out' } });
  }),
);

test('a model that does not fit into memory, or needs times that are not there, is left out with its reason', { timeout: 60_000 }, () =>
  withEngine(async (engine) => {
    await engine.call('workspace.create', { path: path.join(engine.folder, 'w') });
    const file = path.join(engine.folder, 'pairs.csv');
    await writeFile(file, 'user_id,item_id\na,x\na,y\nb,x\n');
    await engine.run('data.import', { paths: [file] });
    vi.stubEnv('RECSMITH_MEMORY_GB', '0.000000001');
    const { started, leftOut } = await engine.call('run.trainAll', {});
    expect(started).toEqual([]);
    expect(leftOut).toHaveLength(retrievalModels.length);
    expect(leftOut.find(({ model }) => model === 'popularity')?.reason).toMatch(/^Popularity would take about/);
    expect(leftOut.find(({ model }) => model === 'two-tower')?.reason).toBe(
      'It needs timestamps, and the interactions have none to go by.',
    );
  }),
);
