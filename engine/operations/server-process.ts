import type { AdminCall, FromServer, ServerStart, ServerStatistics, ToServer } from '#contract/child-messages';
import { EngineError, type ErrorReport, errorFrom, reportOf } from '#contract/errors';
import { assertReachable } from '#contract/loopback';
import { type ServerStatus, type ServerTraffic, stoppedServer } from '#contract/server';
import type { ChildHandle, ProcessHost } from '../jobs/process-host.ts';

export interface StartOptions extends ServerStart {
  bundleName: string;
}

/** What the server asks of its engine, and what the engine wants to hear. */
export interface ServerListener {
  changed(status: ServerStatus): void;
  eventsAppended(): void;
  admin(call: AdminCall): Promise<unknown>;
}

/** The one server process that an engine has, or has not. */
export interface ServerProcess {
  status(): ServerStatus;
  /** Where it listens, and the certificate that it was given. */
  place(): { host: string; certificateFile: string | null };
  start(options: StartOptions, listener: ServerListener): Promise<ServerStatus>;
  /** Serves another bundle without a pause; the old one goes on where the new one is refused. */
  swap(bundlePath: string, bundleName: string): Promise<ServerStatus>;
  /** A running server forgets a user, and says how many lines of its event log it blanked; null where none runs. */
  forget(userId: string): Promise<number | null>;
  /** No bundle holds them any more. */
  forgotten(userId: string): void;
  /** A running server asks for keys from now on, or no more. */
  setAuth(on: boolean): void;
  /** What came after a request of this number, with its bodies. Empty where no server runs. */
  traffic(after: number): Promise<ServerTraffic>;
  stop(): Promise<ServerStatus>;
}

const noTraffic: ServerTraffic = { requests: [], lastSequence: 0, missed: 0, seconds: [] };

const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;

interface Running {
  child: ChildHandle;
  listener: ServerListener;
  swaps: Map<number, { resolve: (version: string) => void; reject: (error: Error) => void }>;
  looks: Map<number, (traffic: ServerTraffic) => void>;
  forgets: Map<number, { resolve: (lines: number) => void; reject: (error: Error) => void }>;
  exited: Promise<void>;
  stopping: boolean;
}

export function createServerProcess(host: ProcessHost): ServerProcess {
  let status: ServerStatus = stoppedServer;
  let running: Running | null = null;
  let place = { host: '127.0.0.1', certificateFile: null as string | null };
  let swapNumber = 0;
  let lookNumber = 0;
  let forgetNumber = 0;

  const set = (change: Partial<ServerStatus>): void => {
    status = { ...status, ...change };
    running?.listener.changed(status);
  };

  const answerAdmin = async (current: Running, id: number, call: AdminCall): Promise<void> => {
    const post = (message: ToServer): void => current.child.post(message);
    try {
      post({ type: 'admin.answer', id, ok: true, value: await current.listener.admin(call) });
    } catch (error) {
      post({ type: 'admin.answer', id, ok: false, error: reportOf(error) });
    }
  };

  const hear = (current: Running, message: FromServer): void => {
    if (message.type === 'statistics') set(statisticsOf(message.statistics));
    else if (message.type === 'events.appended') current.listener.eventsAppended();
    else if (message.type === 'admin') void answerAdmin(current, message.id, message.call);
    else if (message.type === 'swapped') current.swaps.get(message.id)?.resolve(message.modelVersion);
    else if (message.type === 'traffic') current.looks.get(message.id)?.(message.traffic);
    else if (message.type === 'forgot') current.forgets.get(message.id)?.resolve(message.lines);
    else if (message.type === 'forget.failed') current.forgets.get(message.id)?.reject(errorFrom(message.error));
    else if (message.type === 'swap.failed') current.swaps.get(message.id)?.reject(errorFrom(message.error));
  };

  const onExit = (current: Running, how: string): void => {
    for (const swap of current.swaps.values()) swap.reject(new EngineError('process_died', 'The server stopped while it changed bundles.'));
    for (const forget of current.forgets.values())
      forget.reject(new EngineError('process_died', 'The server stopped while it forgot a user.'));
    for (const answer of current.looks.values()) answer(noTraffic);
    if (running !== current) return;
    if (current.stopping) {
      status = stoppedServer;
      running = null;
      current.listener.changed(status);
      return;
    }
    const problem = `The server stopped unexpectedly (${how}). What it had acknowledged is safe. Start it again.`;
    status = { ...status, state: 'failed', url: null, pid: null, requestsPerSecond: 0, problem };
    running = null;
    current.listener.changed(status);
  };

  return {
    status: () => status,
    place: () => place,
    async start(options, listener) {
      // Here, before a process is started for nothing; the server itself holds to it too.
      assertReachable(options.host, options.auth);
      if (running) throw new EngineError('conflict', `A server is running already at ${status.url ?? 'a port'}. Stop it first.`);
      const child = host.start('server');
      const current: Running = {
        child,
        listener,
        swaps: new Map(),
        looks: new Map(),
        forgets: new Map(),
        exited: Promise.resolve(),
        stopping: false,
      };
      running = current;
      place = { host: options.host, certificateFile: options.tls?.cert ?? null };
      status = { ...stoppedServer, state: 'starting', bundle: options.bundleName, auth: options.auth, pid: child.pid ?? null };
      listener.changed(status);
      const outcome = new Promise<{ url: string; port: number; modelVersion: string }>((resolve, reject) => {
        const timer = setTimeout(() => reject(new EngineError('timeout', 'The server did not start within a minute.')), startTimeoutMs);
        child.onMessage((raw) => {
          const message = raw as FromServer;
          if (message.type === 'ready') {
            const { bundleName: _, ...start } = options;
            child.post({ type: 'start', ...start } satisfies ToServer);
          } else if (message.type === 'started') {
            clearTimeout(timer);
            resolve(message);
          } else if (message.type === 'failed') {
            clearTimeout(timer);
            reject(errorFrom(message.error satisfies ErrorReport));
          } else hear(current, message);
        });
        current.exited = new Promise((done) => {
          child.onExit(({ code, signal }) => {
            clearTimeout(timer);
            reject(new EngineError('process_died', `The server process ended (${signal ?? code}) before it had started.`));
            onExit(current, signal ?? `code ${code ?? 'unknown'}`);
            done();
          });
        });
      });
      try {
        const { url, port, modelVersion } = await outcome;
        set({
          state: 'running',
          url,
          port,
          modelVersion,
          tls: options.tls !== null,
          pid: child.pid ?? null,
          startedAt: new Date().toISOString(),
        });
        return status;
      } catch (error) {
        running = null;
        child.kill();
        status = { ...stoppedServer, state: 'failed', problem: reportOf(error).message };
        listener.changed(status);
        throw error;
      }
    },
    async swap(bundlePath, bundleName) {
      const current = running;
      if (!current) throw new EngineError('conflict', 'No server is running.');
      swapNumber += 1;
      const id = swapNumber;
      try {
        const modelVersion = await new Promise<string>((resolve, reject) => {
          current.swaps.set(id, { resolve, reject });
          current.child.post({ type: 'swap', id, bundlePath } satisfies ToServer);
        });
        set({ bundle: bundleName, modelVersion });
        return status;
      } finally {
        current.swaps.delete(id);
      }
    },
    async forget(userId) {
      const current = running;
      if (!current) return null;
      forgetNumber += 1;
      const id = forgetNumber;
      try {
        return await new Promise<number>((resolve, reject) => {
          current.forgets.set(id, { resolve, reject });
          current.child.post({ type: 'forget', id, userId } satisfies ToServer);
        });
      } finally {
        current.forgets.delete(id);
      }
    },
    forgotten(userId) {
      running?.child.post({ type: 'forgotten', userId } satisfies ToServer);
    },
    setAuth(on) {
      if (!running) return;
      running.child.post({ type: 'auth', on } satisfies ToServer);
      set({ auth: on });
    },
    async traffic(after) {
      const current = running;
      if (!current || status.state !== 'running') return noTraffic;
      lookNumber += 1;
      const id = lookNumber;
      try {
        return await new Promise<ServerTraffic>((resolve) => {
          current.looks.set(id, resolve);
          current.child.post({ type: 'traffic', id, after } satisfies ToServer);
        });
      } finally {
        current.looks.delete(id);
      }
    },
    async stop() {
      const current = running;
      if (!current) {
        status = stoppedServer;
        return status;
      }
      current.stopping = true;
      current.child.post({ type: 'stop' } satisfies ToServer);
      const timer = setTimeout(() => current.child.kill(), stopTimeoutMs);
      await current.exited;
      clearTimeout(timer);
      return status;
    },
  };
}

function statisticsOf(statistics: ServerStatistics): Partial<ServerStatus> {
  const { requests, errors, events, requestsPerSecond, p50Ms, p99Ms } = statistics;
  return { requests, errors, events, requestsPerSecond, p50Ms, p99Ms };
}
