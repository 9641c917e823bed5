import { join } from 'node:path';
import { utilityProcess } from 'electron';
import type { ChildEntry, EngineStart } from '#contract/shell-messages';

/** Native libraries read these before any of our code runs. */
const env = { ...process.env, UV_THREADPOOL_SIZE: '16', TF_CPP_MIN_LOG_LEVEL: '2' };

/** Starts one of the engine's entries in a process of its own. TensorFlow and DuckDB must never be loaded in this one. */
export function forkEntry(folder: string, entry: ChildEntry | 'main', args: string[] = []): Electron.UtilityProcess {
  return utilityProcess.fork(join(folder, `${entry}.cjs`), args, {
    serviceName: entry === 'main' ? 'Recsmith engine' : `Recsmith ${entry}`,
    stdio: 'inherit',
    env,
  });
}

export function forkEngine(folder: string, start: EngineStart): Electron.UtilityProcess {
  return forkEntry(folder, 'main', [JSON.stringify(start)]);
}
