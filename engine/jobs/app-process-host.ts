import type { ChildEntry, EngineToShell, ShellToEngine } from '#contract/shell-messages';
import type { ChildExit, ChildHandle, ProcessHost } from './process-host.ts';

/** The engine's end of a child's port: Electron's MessagePortMain. */
export interface ChildPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

/** A process host that asks the main process to start children, because only that process can. */
export interface AppProcessHost extends ProcessHost {
  /** What the main process answers. True where the message was for the host. */
  receive(message: ShellToEngine, ports: readonly ChildPort[]): boolean;
}

/** How long the exit of a child waits for the last messages on its port, which come by another way. */
const LAST_MESSAGES_MS = 1000;

interface Child {
  handle: ChildHandle;
  spawned(pid: number | null, port: ChildPort | undefined): void;
  exited(exit: ChildExit): void;
}

/** @param tell posts to the main process. */
export function createAppProcessHost(tell: (message: EngineToShell) => void): AppProcessHost {
  const children = new Map<number, Child>();
  let lastId = 0;
  return {
    start(entry) {
      const id = ++lastId;
      const child = createChild(
        () => tell({ type: 'kill', id }),
        () => children.delete(id),
      );
      children.set(id, child);
      tell({ type: 'spawn', id, entry: entry satisfies ChildEntry });
      return child.handle;
    },
    receive(message, ports) {
      if (message.type === 'spawned') children.get(message.id)?.spawned(message.pid, ports[0]);
      else if (message.type === 'exited') children.get(message.id)?.exited({ code: message.code, signal: message.signal });
      else return false;
      return true;
    },
  };
}

function createChild(kill: () => void, forget: () => void): Child {
  const outbox: unknown[] = [];
  const listeners: ((message: unknown) => void)[] = [];
  const exitListeners: ((exit: ChildExit) => void)[] = [];
  let pid: number | undefined;
  let port: ChildPort | undefined;
  let portClosed = false;
  let exit: ChildExit | undefined;
  let ended = false;

  function end(): void {
    if (ended || !exit) return;
    ended = true;
    forget();
    port?.close();
    for (const listener of exitListeners) listener(exit);
  }

  return {
    handle: {
      get pid() {
        return pid;
      },
      post(message) {
        if (port) port.postMessage(message);
        else if (!exit) outbox.push(message);
      },
      onMessage(listener) {
        listeners.push(listener);
        port?.start();
      },
      onExit(listener) {
        if (ended && exit) listener(exit);
        else exitListeners.push(listener);
      },
      kill,
    },
    spawned(newPid, newPort) {
      pid = newPid ?? undefined;
      port = newPort;
      if (!port) return;
      port.on('message', ({ data }) => {
        for (const listener of listeners) listener(data);
      });
      port.on('close', () => {
        portClosed = true;
        end();
      });
      for (const message of outbox.splice(0)) port.postMessage(message);
      if (listeners.length > 0) port.start();
    },
    exited(how) {
      exit = how;
      if (!port || portClosed) end();
      else setTimeout(end, LAST_MESSAGES_MS).unref();
    },
  };
}
