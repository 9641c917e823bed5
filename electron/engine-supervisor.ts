import type { EngineProcessState } from '#contract/bridge';
import type { EngineToShell, ShellToEngine } from '#contract/shell-messages';
import { createChildren, killNow, type ShellChannel, type ShellChild } from './children.ts';
import { restartDelay } from './restart-policy.ts';

/** How long a closing engine may take: an import under way notices within one batch. */
const CLOSE_MS = 5000;

export interface SupervisorOptions<Port> {
  forkEngine(restore: boolean): ShellChild<Port>;
  forkChild(entry: 'trainer' | 'server'): ShellChild<Port>;
  openChannel(): ShellChannel<Port>;
  onState(state: EngineProcessState): void;
  /** A window gets its end of a new port. */
  onPort(port: Port): void;
  onWorkspace(path: string | null): void;
  onJobs(running: string[]): void;
}

/** Keeps one engine running: starts it, connects windows to it, starts it again when it ends unasked. */
export interface EngineSupervisor {
  start(): void;
  state(): EngineProcessState;
  /** Sends the window a port, now or when the engine is ready. Starts an engine that was given up. */
  connect(): void;
  /** Asks the engine to close, and kills it after five seconds. Resolves when it is gone. */
  close(): Promise<void>;
}

export function superviseEngine<Port>(options: SupervisorOptions<Port>): EngineSupervisor {
  let state: EngineProcessState = { state: 'starting', attempt: 0 };
  let engine: ShellChild<Port> | null = null;
  let crashes: number[] = [];
  let wanted = false;
  let closing = false;
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;
  let gone: () => void = () => undefined;

  function announce(next: EngineProcessState['state'], detail?: string): void {
    state = { state: next, attempt, ...(detail ? { detail } : {}) };
    options.onState(state);
  }

  function connectWindow(): void {
    wanted = false;
    const { port1, port2 } = options.openChannel();
    engine?.postMessage({ type: 'connect' } satisfies ShellToEngine, [port1]);
    options.onPort(port2);
  }

  function start(): void {
    attempt += 1;
    announce('starting');
    const current = options.forkEngine(attempt > 1);
    engine = current;
    const children = createChildren<Port>({
      fork: options.forkChild,
      openChannel: options.openChannel,
      tellEngine: (message, ports) => {
        if (engine === current) current.postMessage(message, ports);
      },
    });
    current.on('message', (raw) => {
      const message = raw as EngineToShell;
      if (message.type === 'spawn') children.spawn(message.id, message.entry);
      else if (message.type === 'kill') children.kill(message.id);
      else if (message.type === 'workspace') options.onWorkspace(message.path);
      else if (message.type === 'jobs') options.onJobs(message.running);
      else if (message.type === 'ready') {
        announce('running');
        if (wanted) connectWindow();
      }
    });
    current.once('exit', (code) => {
      engine = null;
      children.killAll();
      options.onJobs([]);
      if (closing) gone();
      else restart(code);
    });
  }

  function restart(code: number): void {
    crashes = [...crashes, Date.now()].slice(-10);
    wanted = true;
    const delay = restartDelay(crashes);
    announce('crashed', code === 0 ? 'The engine process ended unexpectedly.' : `The engine process ended unexpectedly (code ${code}).`);
    if (delay === null) announce('stopped', 'The engine ended five times within a minute and was not started again.');
    else timer = setTimeout(start, delay);
  }

  return {
    start,
    state: () => state,
    connect() {
      wanted = true;
      if (state.state === 'running') connectWindow();
      else if (state.state === 'stopped' && !closing) {
        crashes = [];
        start();
      }
    },
    close() {
      closing = true;
      clearTimeout(timer);
      const current = engine;
      if (!current) return Promise.resolve();
      return new Promise((resolve) => {
        const limit = setTimeout(() => killNow(current), CLOSE_MS);
        gone = () => {
          clearTimeout(limit);
          resolve();
        };
        current.postMessage({ type: 'shutdown' } satisfies ShellToEngine);
      });
    },
  };
}
