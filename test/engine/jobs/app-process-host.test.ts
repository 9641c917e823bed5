import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import type { EngineToShell } from '#contract/shell-messages';
import { type ChildPort, createAppProcessHost } from '../../../engine/jobs/app-process-host.ts';

/** Node's port with the events that Electron's has. */
function asElectronPort(port: MessagePort): ChildPort {
  return {
    postMessage: (message) => port.postMessage(message),
    on(event: 'message' | 'close', listener: (event: { data: unknown }) => void) {
      port.on(event, (data: unknown) => listener({ data }));
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}

function startTrainer() {
  const told: EngineToShell[] = [];
  const host = createAppProcessHost((message) => told.push(message));
  const child = host.start('trainer');
  const { port1, port2 } = new MessageChannel();
  const heard: unknown[] = [];
  port1.on('message', (message) => heard.push(message));
  const spawned = (): void => {
    host.receive({ type: 'spawned', id: 1, pid: 4711 }, [asElectronPort(port2)]);
  };
  return { told, host, child, port1, heard, spawned };
}

test('the main process is asked for a child, and what was posted before it came is not lost', async () => {
  const { told, child, heard, spawned, port1 } = startTrainer();
  child.post('first');
  child.post('second');
  expect(told).toEqual([{ type: 'spawn', id: 1, entry: 'trainer' }]);
  expect(child.pid).toBeUndefined();
  spawned();
  child.post('third');
  await vi.waitFor(() => expect(heard).toEqual(['first', 'second', 'third']));
  expect(child.pid).toBe(4711);
  port1.close();
});

test('messages wait until somebody listens', async () => {
  const { child, spawned, port1 } = startTrainer();
  spawned();
  port1.postMessage('ready');
  const heard: unknown[] = [];
  child.onMessage((message) => heard.push(message));
  await vi.waitFor(() => expect(heard).toEqual(['ready']));
  port1.close();
});

test('the last words of a child are heard before its exit, though they come by another way', async () => {
  const { host, child, spawned, port1 } = startTrainer();
  spawned();
  const story: unknown[] = [];
  child.onMessage((message) => story.push(message));
  child.onExit((exit) => story.push(exit));
  host.receive({ type: 'exited', id: 1, code: 3, signal: null }, []);
  port1.postMessage('done');
  port1.close();
  await vi.waitFor(() => expect(story).toEqual(['done', { code: 3, signal: null }]));
});

test('a child that never started has an exit all the same, also for who asks late', () => {
  const { host, child } = startTrainer();
  const exits: unknown[] = [];
  child.onExit((exit) => exits.push(exit));
  host.receive({ type: 'exited', id: 1, code: 1, signal: null }, []);
  child.onExit((exit) => exits.push(exit));
  child.post('into the void');
  expect(exits).toEqual([
    { code: 1, signal: null },
    { code: 1, signal: null },
  ]);
});

test('killing is asked of the main process; other messages are not the host’s', () => {
  const { told, host, child } = startTrainer();
  child.kill();
  expect(told.at(-1)).toEqual({ type: 'kill', id: 1 });
  expect(host.receive({ type: 'shutdown' }, [])).toBe(false);
});
