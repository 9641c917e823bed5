import { homedir } from 'node:os';
import path from 'node:path';
import type { ErrorReport } from '#contract/errors';
import { EngineError, errorFrom } from '#contract/errors';
import type { EngineEvent } from '#contract/events';
import type { Job } from '#contract/job';
import type { InputOf, OperationName, OutputOf } from '#contract/operations';
import { createEngine } from '../engine.ts';
import { nodeProcessHost } from '../jobs/node-process-host.ts';
import { serverWatch } from './server-watch.ts';
import { progressPrinter, tell } from './terminal.ts';

/** The engine of one command: calls it, follows its jobs, and hears Ctrl-C. */
export interface CliSession {
  call<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  /** Runs an operation that returns a job, shows its progress on stderr, and gives its result. */
  work<R>(name: OperationName, input: unknown): Promise<R>;
  /** Resolves at Ctrl-C or when asked to end. */
  interrupted: Promise<void>;
  /** Resolves when the server of the workspace has stopped by itself, with why, in words. */
  serverStopped: Promise<string>;
  close(): Promise<void>;
}

/** The user's own folder for what Recsmith remembers, as each system has it. */
export function stateFolder(): string {
  if (process.env.RECSMITH_STATE) return process.env.RECSMITH_STATE;
  if (process.platform === 'win32') return path.join(process.env.APPDATA ?? path.join(homedir(), 'AppData', 'Roaming'), 'recsmith');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support', 'recsmith');
  return path.join(process.env.XDG_DATA_HOME ?? path.join(homedir(), '.local', 'share'), 'recsmith');
}

const ended = (job: Job): boolean => job.status !== 'queued' && job.status !== 'running';

/** As the shell takes it for one word. */
const shellWord = (text: string): string => (/^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** @param command names the holder of a workspace's lock: `recsmith train` */
export function openSession(command: string, version: string): CliSession {
  const printer = progressPrinter();
  const jobs = new Map<string, Job>();
  const waiting = new Map<string, (job: Job) => void>();
  let interrupt: () => void = () => undefined;
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  const server = serverWatch();
  let following: string | null = null;
  const hear = (event: EngineEvent): void => {
    // A job's error is told once, by the command that ends with it.
    if (event.type === 'job.log' && event.id === following && event.line.level !== 'error') {
      printer.end();
      tell(event.line.text);
    }
    if (event.type === 'server.changed') server.see(event.status);
    if (event.type !== 'job.changed') return;
    jobs.set(event.job.id, event.job);
    if (event.job.id === following) printer.show(event.job);
    if (ended(event.job)) waiting.get(event.job.id)?.(event.job);
  };
  // As the user wrote it, to be named in what they can do next.
  let workspace = 'W';
  const engine = createEngine({
    host: nodeProcessHost(__dirname),
    stateFolder: stateFolder(),
    appFolder: path.resolve(__dirname, '..', '..'),
    version,
    holder: `recsmith ${command}`,
    emit: hear,
  });
  const onSignal = (): void => {
    interrupt();
    if (following) void engine.call('job.cancel', { id: following }).catch(() => undefined);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    interrupted,
    serverStopped: server.stopped,
    call(name, input) {
      if (name === 'workspace.open' || name === 'workspace.create') workspace = shellWord((input as { path: string }).path);
      return engine.call(name, input) as Promise<never>;
    },
    async work<R>(name: OperationName, input: unknown): Promise<R> {
      const started = (await engine.call(name, input)) as Job;
      following = started.id;
      const known = jobs.get(started.id);
      const job = known && ended(known) ? known : await new Promise<Job>((resolve) => waiting.set(started.id, resolve));
      following = null;
      printer.end();
      if (job.status === 'succeeded') return job.result as R;
      if (job.status === 'cancelled') {
        const left = job.checkpoint ? `Go on with: recsmith resume ${workspace}` : 'Nothing was left half done.';
        throw new EngineError('cancelled', `Stopped on request. ${left}`, job.checkpoint ? { checkpoint: job.checkpoint } : undefined);
      }
      throw errorFrom(job.error as ErrorReport);
    },
    close: () => engine.close(),
  };
}
