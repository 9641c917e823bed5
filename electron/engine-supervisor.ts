import type { EngineProcessState } from '#contract/bridge';
import type { EngineToShell, ShellToEngine } from '#contract/shell-messages';
import { createChildren, killNow, type ShellChannel, type ShellChild } from './children.ts';
import { restartDelay } from './restart-policy.ts';

/** How long a closing engine may take: an import under way notices within one batch. */
const CLOSE_MS = 3500;
/** How long its end is waited for once it was killed: a quit must not hang on news that do not come. */
const GONE_MS = 500;

export interface SupervisorOptions<Port> {
  /** @param crashed whether the one before it ended unasked. */
  forkEngine(crashed: boolean): ShellChild<Port>;
  forkChild(entry: 'trainer' | 'server'): ShellChild<Port>;
  openChannel(): ShellChannel<Port>;
  onState(state: EngineProcessState): void;
  /** A window gets its end of a new port. */
  onPort(port: Port): void;
  onWorkspace(path: string | null): void;
  onJobs(running: string[]): void;
  /** Hears of every start and end of a process, for whoever has to find out why. */
  log(text: string): void;
}

/** Keeps one engine running: starts it, connects windows to it, starts it again when it ends unasked. */
export interface EngineSupervisor {
  start(): void;
  state(): EngineProcessState;
  /** Sends the window a port, now or when the engine is ready. Starts an engine that was given up. */
  connect(): void;
  /** Asks the engine to close and kills it when it takes too long. Resolves when it is gone, within four seconds whatever happens. */
  close(): Promise<void>;
}

export function superviseEngine<Port>(options: SupervisorOptions<Port>): EngineSupervisor {
  let state: EngineProcessState = { state: 'starting', attempt: 0 };
  let engine: ShellChild<Port> | null = null;
  let crashes: number[] = [];
  let wanted = false;
  let closing = false;
  let killed = false;
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;
  let gone: () => void = () => undefined;
  let endChildren: () => void = () => undefined;

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
    endChildren = () => children.killAll();
    const started = Date.now();
    const children = createChildren<Port>({
      log: options.log,
      fork: options.forkChild,
      openChannel: options.openChannel,
      tellEngine: (message, ports) => {
        if (engine === current) current.postMessage(message, ports);
      },
    });
    current.on('message', (raw) => {
      const message = raw as EngineToShell;
      // A child that starts while everything ends would be left over.
      if (message.type === 'spawn' && closing) current.postMessage({ type: 'exited', id: message.id, code: null, signal: 'SIGKILL' });
      else if (message.type === 'spawn') children.spawn(message.id, message.entry);
      else if (message.type === 'kill') children.kill(message.id);
      else if (message.type === 'workspace') options.onWorkspace(message.path);
      else if (message.type === 'jobs') options.onJobs(message.running);
      else if (message.type === 'ready') {
        options.log(`engine ready: attempt ${attempt}, process ${current.pid ?? 'unknown'}, after ${Date.now() - started} ms`);
        announce('running');
        if (wanted) connectWindow();
      }
    });
    current.once('exit', (code) => {
      const reason = killed ? 'killed: it did not close in time' : closing ? 'asked to' : 'unasked';
      options.log(`engine ended: code ${code}, ${reason}, attempt ${attempt}, after ${Date.now() - started} ms`);
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
        const limit = setTimeout(() => {
          killed = true;
          options.log(`engine killed: it did not close within ${CLOSE_MS} ms`);
          killNow(current);
          endChildren();
        }, CLOSE_MS);
        const lastLimit = setTimeout(() => {
          options.log('engine given up: its end was not heard of');
          resolve();
        }, CLOSE_MS + GONE_MS);
        gone = () => {
          clearTimeout(limit);
          clearTimeout(lastLimit);
          resolve();
        };
        current.postMessage({ type: 'shutdown' } satisfies ShellToEngine);
      });
    },
  };
}
