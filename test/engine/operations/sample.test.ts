import { expect, test } from 'vitest';
import { withEngine } from '../../support/engine.ts';

test('the sample brings its data as one job with progress, and a build after it imports nothing again', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    expect((await engine.call('workspace.openSample', {})).interactions).toBe(0);
    const [job, same] = [await engine.call('workspace.importSample', {}), await engine.call('workspace.importSample', {})];
    expect(same.id).toBe(job.id);
    // Asked for before the data is there: it waits, and finds it.
    const build = await engine.call('pipeline.build', { model: 'two-tower', params: { epochs: 1 }, serve: false });
    expect((await engine.ended(job.id)).error).toBeUndefined();
    expect((await engine.call('workspace.current', {}))?.interactions).toBe(100_000);
    const phases = engine.events.flatMap((event) =>
      event.type === 'job.changed' && event.job.id === job.id && event.job.progress ? [event.job.progress.phase] : [],
    );
    expect([...new Set(phases)]).toEqual(expect.arrayContaining(['Drawing users and items', 'Reading interactions.csv']));

    const imported = await engine.call('data.imports', {});
    await expect
      .poll(async () => (await engine.call('job.get', { id: build.id })).stages?.find(({ id }) => id === 'data')?.status, {
        timeout: 60_000,
      })
      .toBe('succeeded');
    await engine.call('job.cancel', { id: build.id });
    await engine.ended(build.id);
    expect(await engine.call('data.imports', {})).toEqual(imported);
    expect((await engine.ended((await engine.call('workspace.importSample', {})).id)).status).toBe('succeeded');
    expect(await engine.call('data.imports', {})).toEqual(imported);
  }),
);
