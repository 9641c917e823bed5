import { fork } from 'node:child_process';
import type { FromServer } from '#contract/child-messages';

export interface ServerChild {
  url: string;
  pid: number;
  swap(bundlePath: string): Promise<void>;
  stop(): Promise<void>;
  /** SIGTERM; the exit code that it ends with. */
  terminate(): Promise<number | null>;
}

/** Starts the bundled server process as the engine does. */
export function startServerChild(entry: string, bundlePath: string, eventLogFolder: string): Promise<ServerChild> {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const swaps = new Map<number, (error: Error | null) => void>();
  let last = 0;
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The server ended with code ${code}.`)));
    child.on('message', (raw) => {
      const message = raw as FromServer;
      if (message.type === 'ready') {
        child.send({
          type: 'start',
          bundlePath,
          port: 0,
          host: '127.0.0.1',
          eventLogFolder,
          securityFolder: null,
          auth: false,
          tls: null,
          uploadFolder: null,
          adminAvailable: false,
        });
      } else if (message.type === 'failed') reject(new Error(message.error.message));
      else if (message.type === 'swapped') swaps.get(message.id)?.(null);
      else if (message.type === 'swap.failed') swaps.get(message.id)?.(new Error(message.error.message));
      else if (message.type === 'started') {
        resolve({
          url: message.url,
          pid: child.pid as number,
          swap: (to) =>
            new Promise((done, fail) => {
              const id = ++last;
              swaps.set(id, (error) => (error ? fail(error) : done()));
              child.send({ type: 'swap', id, bundlePath: to });
            }),
          stop: () =>
            new Promise((done) => {
              child.once('exit', () => done());
              child.send({ type: 'stop' });
            }),
          terminate: () =>
            new Promise((done) => {
              child.once('exit', (code) => done(code));
              child.kill('SIGTERM');
            }),
        });
      }
    });
  });
}
