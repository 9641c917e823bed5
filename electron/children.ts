import type { ChildEntry, ShellToEngine } from '#contract/shell-messages';

/** What the shell needs of a utility process and of a channel, so that tests can stand in for Electron. */
export interface ShellChild<Port> {
  readonly pid: number | undefined;
  postMessage(message: unknown, ports?: Port[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'spawn', listener: () => void): unknown;
  once(event: 'exit', listener: (code: number) => void): unknown;
  kill(): unknown;
}

export interface ShellChannel<Port> {
  port1: Port;
  port2: Port;
}

export interface Children {
  spawn(id: number, entry: ChildEntry): void;
  kill(id: number): void;
  killAll(): void;
}

/**
 * Trainer and server processes, started for one engine process and never outliving it. Each gets one end of a port in its
 * first message; the engine gets the other.
 */
export function createChildren<Port>(options: {
  fork(entry: ChildEntry): ShellChild<Port>;
  openChannel(): ShellChannel<Port>;
  tellEngine(message: ShellToEngine, ports?: Port[]): void;
  log(text: string): void;
}): Children {
  const running = new Map<number, { child: ShellChild<Port>; killed: boolean }>();
  const end = (id: number): void => {
    const entry = running.get(id);
    if (!entry) return;
    entry.killed = true;
    killNow(entry.child);
  };
  return {
    spawn(id, entry) {
      const child = options.fork(entry);
      const record = { child, killed: false };
      running.set(id, record);
      let pid: number | undefined;
      child.once('spawn', () => {
        pid = child.pid;
        options.log(`${entry} started: process ${pid ?? 'unknown'}`);
        // Killed before it had started: there was no process to kill yet.
        if (record.killed) killNow(child);
        const { port1, port2 } = options.openChannel();
        child.postMessage({ type: 'connect' }, [port1]);
        options.tellEngine({ type: 'spawned', id, pid: child.pid ?? null }, [port2]);
      });
      child.once('exit', (code) => {
        running.delete(id);
        options.log(`${entry} ended: process ${pid ?? 'unknown'}, code ${code}${record.killed ? ', killed by the app' : ''}`);
        // Electron 25 reports 0 for a process that a signal ended, too: 0 says nothing.
        options.tellEngine({ type: 'exited', id, code: code === 0 ? null : code, signal: record.killed ? 'SIGKILL' : null });
      });
    },
    kill: end,
    killAll() {
      for (const id of running.keys()) end(id);
    },
  };
}

/** Electron's own `kill` asks; a process in the middle of a long native call must not be asked. */
export function killNow(child: ShellChild<unknown>): void {
  try {
    if (child.pid === undefined) child.kill();
    else process.kill(child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
