import { expect, test } from 'vitest';
import type { EngineEvent } from '#contract/events';
import { EngineClient } from '../../../renderer/client/engine-client.ts';
import { batchEvents } from '../../../renderer/client/event-batch.ts';
import { FakeEngine } from '../../support/fake-engine.ts';

function connected(mode: 'data' | 'failing' = 'data') {
  const seen: EngineEvent[] = [];
  const client = new EngineClient(batchEvents((events) => seen.push(...events), 5));
  const channel = new MessageChannel();
  const engine = new FakeEngine(channel.port1, mode);
  client.connect(channel.port2);
  const close = () => {
    client.disconnect();
    channel.port1.close();
  };
  return { client, engine, seen, close };
}

test('a call gets the answer to its own question', async () => {
  const { client, close } = connected();
  const [models, jobs] = await Promise.all([client.call('model.list', {}), client.call('job.list', {})]);
  expect(models.map((model) => model.id)).toContain('two-tower');
  expect(jobs.map((job) => job.id)).toContain('j-0001');
  close();
});

test('a refusal arrives with its code, its words and its details', async () => {
  const { client, close } = connected('failing');
  await expect(client.call('server.start', {})).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining('Port 8000'),
    details: { port: 8000 },
  });
  close();
});

test('when the engine dies every open call is rejected in words', async () => {
  const client = new EngineClient(batchEvents(() => undefined, 5));
  const silent = new MessageChannel();
  client.connect(silent.port2);
  const calls = [client.call('job.list', {}), client.call('run.list', {})];
  client.disconnect();
  for (const call of calls)
    await expect(call).rejects.toMatchObject({ code: 'process_died', message: expect.stringContaining('The engine stopped') });
  silent.port1.close();
});

test('a call without an engine is refused at once', async () => {
  const client = new EngineClient(batchEvents(() => undefined, 5));
  await expect(client.call('job.list', {})).rejects.toMatchObject({ code: 'unavailable' });
});

test('after a new engine came up calls go to it, and what the old one left open is rejected', async () => {
  const { client, close } = connected();
  const silent = new MessageChannel();
  client.connect(silent.port2);
  const open = client.call('job.list', {});
  const channel = new MessageChannel();
  const fresh = new FakeEngine(channel.port1, 'data');
  client.connect(channel.port2);
  await expect(open).rejects.toMatchObject({ code: 'process_died' });
  await expect(client.call('workspace.current', {})).resolves.toMatchObject({ name: 'sample' });
  expect(fresh).toBeDefined();
  channel.port1.close();
  silent.port1.close();
  close();
});

test('events come in their order, and none later than an answer that was sent after it', async () => {
  const { client, engine, seen, close } = connected();
  engine.emit({ type: 'data.changed' });
  engine.emit({ type: 'runs.changed' });
  await client.call('job.list', {});
  expect(seen.map((event) => event.type)).toEqual(['data.changed', 'runs.changed']);
  close();
});
