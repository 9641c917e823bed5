import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineProcessState } from '#contract/bridge';
import { superviseEngine } from '../../electron/engine-supervisor.ts';

class Child extends EventEmitter {
  /** No pid: it must not be possible to kill a real process here. */
  readonly pid = undefined;
  readonly posted: unknown[] = [];
  readonly kill = vi.fn();
  postMessage(message: unknown, ports: string[] = []): void {
    this.posted.push(ports.length > 0 ? { ...(message as object), ports } : message);
  }
}

function supervise() {
  const engines: Child[] = [];
  const restored: boolean[] = [];
  const children: Child[] = [];
  const states: EngineProcessState[] = [];
  const ports: string[] = [];
  const lines: string[] = [];
  let channel = 0;
  const supervisor = superviseEngine<string>({
    forkEngine(crashed) {
      restored.push(crashed);
      engines.push(new Child());
      return engines.at(-1)!;
    },
    forkChild() {
      children.push(new Child());
      return children.at(-1)!;
    },
    openChannel() {
      channel += 1;
      return { port1: `${channel}a`, port2: `${channel}b` };
    },
    onState: (state) => states.push(state),
    onPort: (port) => ports.push(port),
    onWorkspace: () => undefined,
    onJobs: () => undefined,
    log: (text) => lines.push(text),
  });
  return { supervisor, engines, restored, children, states, ports, lines, names: () => states.map(({ state }) => state) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a window that asked early gets its port when the engine is ready', () => {
  const { supervisor, engines, ports } = supervise();
  supervisor.start();
  supervisor.connect();
  expect(ports).toEqual([]);
  engines[0]?.emit('message', { type: 'ready' });
  expect(ports).toEqual(['1b']);
  expect(engines[0]?.posted).toEqual([{ type: 'connect', ports: ['1a'] }]);
});

test('an engine that dies is told to the window, started again at once to restore, and the window gets a new port', () => {
  const { supervisor, engines, restored, ports, names } = supervise();
  supervisor.start();
  engines[0]?.emit('message', { type: 'ready' });
  supervisor.connect();
  engines[0]?.emit('exit', 0);
  expect(names()).toEqual(['starting', 'running', 'crashed']);
  vi.advanceTimersByTime(0);
  engines[1]?.emit('message', { type: 'ready' });
  expect(names().slice(3)).toEqual(['starting', 'running']);
  expect(restored).toEqual([false, true]);
  expect(ports).toEqual(['1b', '2b']);
});

test('five deaths within a minute end in words, and the window can have it started once more', () => {
  const { supervisor, engines, names } = supervise();
  supervisor.start();
  for (let crash = 0; crash < 5; crash++) {
    engines[crash]?.emit('exit', 1);
    vi.advanceTimersByTime(2000);
  }
  expect(engines).toHaveLength(5);
  expect(names().at(-1)).toBe('stopped');
  supervisor.connect();
  expect(engines).toHaveLength(6);
});

test('a child gets one end of a port and the engine the other, with its exit; 0 says nothing of how it ended', () => {
  const { supervisor, engines, children } = supervise();
  supervisor.start();
  engines[0]?.emit('message', { type: 'spawn', id: 7, entry: 'trainer' });
  children[0]?.emit('spawn');
  children[0]?.emit('exit', 0);
  expect(children[0]?.posted).toEqual([{ type: 'connect', ports: ['1a'] }]);
  expect(engines[0]?.posted).toEqual([
    { type: 'spawned', id: 7, pid: null, ports: ['1b'] },
    { type: 'exited', id: 7, code: null, signal: null },
  ]);
});

test('children do not outlive their engine', () => {
  const { supervisor, engines, children } = supervise();
  supervisor.start();
  engines[0]?.emit('message', { type: 'spawn', id: 1, entry: 'server' });
  engines[0]?.emit('message', { type: 'spawn', id: 2, entry: 'trainer' });
  engines[0]?.emit('exit', 0);
  expect(children.map((child) => child.kill.mock.calls.length)).toEqual([1, 1]);
});

test('a closing engine is asked, killed after 3.5 seconds, and not started again', async () => {
  const { supervisor, engines } = supervise();
  supervisor.start();
  const closed = supervisor.close();
  expect(engines[0]?.posted).toEqual([{ type: 'shutdown' }]);
  vi.advanceTimersByTime(3499);
  expect(engines[0]?.kill).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(engines[0]?.kill).toHaveBeenCalled();
  engines[0]?.emit('exit', 0);
  await closed;
  vi.advanceTimersByTime(60_000);
  expect(engines).toHaveLength(1);
});

test('closing is over after four seconds even where the end of the engine is never heard of, and its children end with it', async () => {
  const { supervisor, engines, children } = supervise();
  supervisor.start();
  engines[0]?.emit('message', { type: 'spawn', id: 1, entry: 'trainer' });
  const closed = supervisor.close();
  vi.advanceTimersByTime(4000);
  await closed;
  expect(children[0]?.kill).toHaveBeenCalled();
});

test('no child starts while the engine closes: it would be left over', () => {
  const { supervisor, engines, children } = supervise();
  supervisor.start();
  void supervisor.close();
  engines[0]?.emit('message', { type: 'spawn', id: 3, entry: 'trainer' });
  expect(children).toEqual([]);
  expect(engines[0]?.posted.at(-1)).toEqual({ type: 'exited', id: 3, code: null, signal: 'SIGKILL' });
});

test('an engine that takes long without an answer is not ended: only its own exit counts', () => {
  const { supervisor, engines, names } = supervise();
  supervisor.start();
  engines[0]?.emit('message', { type: 'ready' });
  vi.advanceTimersByTime(3_600_000);
  expect(engines[0]?.kill).not.toHaveBeenCalled();
  expect(names()).toEqual(['starting', 'running']);
});

test('the log says of an ended engine its code, whether it was asked to end, and how long it ran', () => {
  const { supervisor, engines, lines } = supervise();
  supervisor.start();
  vi.advanceTimersByTime(1500);
  engines[0]?.emit('exit', 139);
  expect(lines).toEqual(['engine ended: code 139, unasked, attempt 1, after 1500 ms']);
});
