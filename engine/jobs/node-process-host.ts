import { fork } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ProcessHost } from './process-host.ts';

/** Notices of a native library that are no news to anybody: informational and warning lines of its logger. */
const chatter = /^(WARNING: All log messages before absl|[IW]\d{4} )/;

/**
 * Children of a program without a window, by child_process.
 * @param entriesFolder where trainer.cjs and server.cjs are
 */
export function nodeProcessHost(entriesFolder: string): ProcessHost {
  return {
    start(entry) {
      const child = fork(path.join(entriesFolder, `${entry}.cjs`), [], {
        serialization: 'advanced',
        env: { ...process.env, UV_THREADPOOL_SIZE: '16', TF_CPP_MIN_LOG_LEVEL: '2' },
        execArgv: [],
        // What a native library prints must not get into our own output.
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      for (const stream of [child.stdout, child.stderr]) {
        if (stream) createInterface({ input: stream }).on('line', (line) => chatter.test(line) || process.stderr.write(`${line}\n`));
      }
      const end = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
        child.once('exit', (code, signal) => resolve({ code, signal }));
        child.once('error', () => resolve({ code: null, signal: null }));
      });
      return {
        pid: child.pid,
        post: (message) => {
          if (child.connected) child.send(message as object, () => undefined);
        },
        onMessage: (listener) => {
          child.on('message', listener);
        },
        onExit: (listener) => {
          void end.then(listener);
        },
        kill: () => {
          child.kill('SIGKILL');
        },
      };
    },
  };
}
