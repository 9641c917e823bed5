import { setTimeout as wait } from 'node:timers/promises';
import { EngineError, type ErrorReport, reportOf } from '#contract/errors';
import type { EngineEvent } from '#contract/events';
import type { Job } from '#contract/job';
import type { EngineStart, EngineToShell, ShellToEngine } from '#contract/shell-messages';
import type { WorkspaceSummary } from '#contract/workspace';
import { createEngine, type Engine } from './engine.ts';
import { type ChildPort, createAppProcessHost } from './jobs/app-process-host.ts';
import { createPortDoor } from './transport/port.ts';

/** The way to the main process, which only a utility process has. */
interface ShellPort {
  postMessage(message: EngineToShell): void;
  on(event: 'message', listener: (event: { data: ShellToEngine; ports: ChildPort[] }) => void): void;
}

const shell = (process as unknown as { parentPort: ShellPort }).parentPort;
const start = JSON.parse(process.argv.at(-1) ?? '{}') as EngineStart;

/** A workspace is open again well within this; what takes longer, such as the start of its server, goes on behind the open door. */
const RESTORE_MS = 2000;
/** A process that was killed still counts as alive, and its lock as held, until the system has cleared it away. */
const LOCK_TRIES = 20;
const LOCK_WAIT_MS = 100;

void run();

/** The engine in the app: windows come as ports, children are started by the main process. */
async function run(): Promise<void> {
  const host = createAppProcessHost((message) => shell.postMessage(message));
  const jobs = new Map<string, string>();
  const { stateFolder, appFolder, version } = start;

  const engine = createEngine({
    host,
    stateFolder,
    appFolder,
    version,
    holder: 'the Recsmith window',
    emit(event) {
      door.broadcast(event);
      if (event.type === 'workspace.changed') {
        notRestored = null;
        void tellWorkspace();
      }
      if (event.type === 'job.changed') tellJobs(event.job);
    },
  });
  const door = createPortDoor(engine);
  let notRestored: ErrorReport | null = null;

  async function tellWorkspace(): Promise<void> {
    const open = (await engine.call('workspace.current', {})) as WorkspaceSummary | null;
    shell.postMessage({ type: 'workspace', path: open?.path ?? null });
  }

  function tellJobs({ id, status, title }: Job): void {
    const running = status === 'queued' || status === 'running';
    if (running === jobs.has(id)) return;
    if (running) jobs.set(id, title);
    else jobs.delete(id);
    shell.postMessage({ type: 'jobs', running: [...jobs.values()] });
  }

  // Heard before anything is restored: starting a server again needs answers that come this way.
  shell.on('message', ({ data, ports }) => {
    if (host.receive(data, ports)) return;
    if (data.type === 'connect' && ports[0]) {
      door.serve(ports[0]);
      if (notRestored) ports[0].postMessage({ event: { type: 'restore.failed', error: notRestored } satisfies EngineEvent });
    }
    if (data.type === 'shutdown') void engine.close().finally(() => process.exit());
  });

  const restored = restore(engine).catch((error: unknown) => {
    const { code, message, details } = reportOf(error);
    notRestored = { code, message: `The workspace that was open last is not open now. ${message}`, details };
    door.broadcast({ type: 'restore.failed', error: notRestored });
    process.stderr.write(`${notRestored.message}\n`);
  });
  await Promise.race([restored, wait(RESTORE_MS)]);
  shell.postMessage({ type: 'ready' });
}

/** Opens what was open. After a crash, waits for the lock of the engine that is just gone. */
async function restore(engine: Engine): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await engine.restore({ serve: start.crashed });
      return;
    } catch (error) {
      const locked = error instanceof EngineError && error.code === 'workspace_locked';
      if (!locked || !start.crashed || attempt === LOCK_TRIES) throw error;
      await wait(LOCK_WAIT_MS);
    }
  }
}
