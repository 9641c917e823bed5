import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Job } from '#contract/job';
import type { PipelineResult } from '#contract/pipeline';
import { withEngine } from '../../support/engine.ts';

const hour = 3_600_000;

test(
  'where users have met almost every item there is nothing to rank: the build goes on without a ranker, and its run can be read',
  {
    timeout: 240_000,
  },
  () =>
    withEngine(async (engine) => {
      // Every user meets every item in turn, in an order of their own: the last tenth of the time, in which ranking is tested, is everybody's last item.
      const lines = Array.from({ length: 10 * 40 }, (_, i) => {
        const [user, step] = [i % 40, Math.floor(i / 40)];
        return `u${user},i${(step + 7 * user) % 10},${new Date(Date.UTC(2024, 0, 1) + i * hour).toISOString()}`;
      });
      const file = path.join(engine.folder, 'events.csv');
      await writeFile(file, `user_id,item_id,timestamp\n${lines.join('\n')}\n`);
      await engine.call('workspace.create', { path: path.join(engine.folder, 'w') });
      expect((await engine.run('data.import', { paths: [file] })).error).toBeUndefined();

      const job = await engine.run('pipeline.build', { params: { epochs: 2 }, serve: false });
      expect(job.error).toBeUndefined();
      const result = job.result as PipelineResult;
      const ranking = (job as Job).stages?.find(({ id }) => id === 'ranking');
      expect([result.ranker, ranking?.status, ranking?.detail]).toEqual([
        null,
        'skipped',
        expect.stringContaining('its test slice has 0 usable ones'),
      ]);
      // All that is left to recommend is what was held out: every model has it all.
      expect(result.verdict).toMatch(/the best baseline, .+, are equal on NDCG@10/);
      expect(await engine.call('run.list', {})).toHaveLength(1);
    }),
);
