import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { EngineError } from '#contract/errors';
import { createPortDoor } from '../../../engine/transport/port.ts';

function connected(call: (name: string, input: unknown) => Promise<unknown>) {
  const channel = new MessageChannel();
  const door = createPortDoor({ call });
  door.serve(channel.port1);
  const heard: unknown[] = [];
  channel.port2.on('message', (message) => heard.push(message));
  const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
  const close = () => channel.port2.close();
  return { door, port: channel.port2, heard, settle, close };
}

test('every call gets exactly one answer, with its id', async () => {
  const { port, heard, settle, close } = connected(async (name) => `did ${name}`);
  port.postMessage({ id: 7, operation: 'job.list', input: {} });
  await settle();
  expect(heard).toEqual([{ id: 7, ok: true, value: 'did job.list' }]);
  close();
});

test('a refusal crosses with its code and words, and without a stack', async () => {
  const { port, heard, settle, close } = connected(async () => {
    throw new EngineError('not_found', 'There is no run "x".');
  });
  port.postMessage({ id: 1, operation: 'run.get', input: { id: 'x' } });
  await settle();
  expect(heard).toEqual([{ id: 1, ok: false, error: { code: 'not_found', message: 'There is no run "x".' } }]);
  close();
});

test('messages that are no call are not answered and do no harm', async () => {
  const { port, heard, settle, close } = connected(async () => 'fine');
  for (const junk of [null, 5, 'text', [], { id: 'one', operation: 'job.list' }, { operation: 'job.list', input: {} }])
    port.postMessage(junk);
  port.postMessage({ id: 2, operation: 'job.list', input: {} });
  await settle();
  expect(heard).toEqual([{ id: 2, ok: true, value: 'fine' }]);
  close();
});

test('every port hears an event, until it is closed', async () => {
  const { door, heard, settle, close } = connected(async () => null);
  door.broadcast({ type: 'data.changed' });
  await settle();
  close();
  await settle();
  door.broadcast({ type: 'runs.changed' });
  await settle();
  expect(heard).toEqual([{ event: { type: 'data.changed' } }]);
});
