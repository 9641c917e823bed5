import { setTimeout as wait } from 'node:timers/promises';
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
      if (event.type === 'workspace.changed') void tellWorkspace();
      if (event.type === 'job.changed') tellJobs(event.job);
    },
  });
  const door = createPortDoor(engine);

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
    if (data.type === 'connect' && ports[0]) door.serve(ports[0]);
    if (data.type === 'shutdown') void engine.close().finally(() => process.exit());
  });

  if (start.restore) await Promise.race([restore(engine), wait(RESTORE_MS)]);
  shell.postMessage({ type: 'ready' });
}

/** What cannot be opened again is no reason to end: the window says what is missing when it is opened by hand. */
async function restore(engine: Engine): Promise<void> {
  try {
    await engine.restore();
  } catch (error) {
    process.stderr.write(`What was open before could not be opened again: ${String(error)}\n`);
  }
}
