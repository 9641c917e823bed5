import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { rankingModels } from '../../../engine/models/ranking-registry.ts';
import { retrievalModels } from '../../../engine/models/registry.ts';
import { withEngine, withSampleData } from '../../support/engine.ts';

test('an operation that does not exist, and input that does not fit, are refused in words', () =>
  withEngine(async (engine) => {
    await expect(engine.call('run.dance' as never, {} as never)).rejects.toMatchObject({ code: 'not_found' });
    await expect(engine.call('run.users', { limit: 0 })).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'limit' } });
    await expect(engine.call('workspace.open', {} as never)).rejects.toThrow(/path is missing/);
  }));

test('nothing that needs a workspace works without one, and says so', () =>
  withEngine(async (engine) => {
    for (const name of ['run.list', 'data.profile', 'bundle.list', 'vectorIndex.list', 'pipeline.build'] as const) {
      await expect(engine.call(name, {})).rejects.toThrow(/No workspace is open/);
    }
    expect(await engine.call('workspace.current', {})).toBeNull();
  }));

test('paths in ids lead nowhere', () =>
  withEngine(async (engine) => {
    await engine.call('workspace.create', { path: path.join(engine.folder, 'w') });
    for (const id of ['../../etc/passwd', '..', '.', '', '/etc', 'C:\\x', 'a\0b', '__proto__']) {
      await expect(engine.call('run.get', { id })).rejects.toMatchObject({ code: 'not_found' });
      await expect(engine.call('bundle.activate', { id })).rejects.toMatchObject({ code: 'not_found' });
    }
  }));

test('a workspace is remembered, and what was open is opened again', () =>
  withEngine(async (engine) => {
    const made = await engine.call('workspace.create', { path: path.join(engine.folder, 'films'), name: 'Films' });
    expect(made).toMatchObject({ name: 'Films', users: 0, runs: 0, activeBundle: null });
    await engine.call('workspace.close', {});
    expect(await engine.call('workspace.recent', {})).toMatchObject([{ name: 'Films', exists: true }]);
    expect(await engine.call('workspace.open', { path: made.path })).toMatchObject({ name: 'Films' });
  }));

test('the model list gives every parameter with its default and what it is', () =>
  withEngine(async (engine) => {
    const models = await engine.call('model.list', {});
    expect(models.map((model) => model.id).sort()).toEqual([...retrievalModels, ...rankingModels].map(({ id }) => id).sort());
    const bare = models.flatMap((model) =>
      model.parameters.filter((parameter) => !parameter.description || parameter.default === undefined),
    );
    expect(bare).toEqual([]);
  }));

test('a port that is taken is named, and the next free one is taken where that will do', { timeout: 240_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const job = await engine.run('pipeline.build', { params: { epochs: 2 }, serve: false });
    expect(job.error).toBeUndefined();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(engine.call('server.start', { port })).rejects.toMatchObject({ code: 'port_in_use' });
    expect((await engine.call('server.status', {})).state).toBe('failed');
    const status = await engine.call('server.start', { port, nextFreePort: true });
    expect(status.port).toBeGreaterThan(port);
    await expect(engine.call('server.start', { port: 0, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'forbidden' });
    const tried = await engine.call('server.send', { path: '/health' });
    expect(tried.status).toBe(200);
    await expect(engine.call('server.send', { path: '//example.invalid/x' })).rejects.toMatchObject({ code: 'forbidden' });
    other.close();
  }),
);

test('a ranking model asks for a retrieval run that was split by time', { timeout: 120_000 }, () =>
  withEngine(async (engine) => {
    await withSampleData(engine);
    const none = await engine.run('run.train', { model: 'logistic-ranker' });
    expect(none.error?.message).toMatch(/Train a two-tower model first/);
    await engine.run('run.train', { model: 'two-tower', params: { epochs: 2 }, split: { kind: 'leave-last-out' } });
    const wrong = await engine.run('run.train', { model: 'logistic-ranker' });
    expect(wrong.error?.message).toMatch(/temporal split/);
  }),
);
