import { type ChildProcess, fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { rolldown } from 'rolldown';
import type { FromServer, ServerStart, ToServer } from '#contract/child-messages';

const root = path.resolve(__dirname, '..', '..');

/** The server's entry, bundled as the build does it, in a folder of a test. */
export async function bundleServer(folder: string): Promise<string> {
  const entry = path.join(folder, 'dist', 'engine', 'server.cjs');
  const build = await rolldown({
    input: path.join(root, 'engine', 'server.ts'),
    platform: 'node',
    external: [/^node:/, ...builtinModules, 'usearch'],
    logLevel: 'silent',
  });
  await build.write({ file: entry, format: 'cjs', codeSplitting: false, dynamicImportInCjs: false });
  await build.close();
  await writeFile(path.join(folder, 'package.json'), '{"version":"1.2.3"}');
  return entry;
}

export interface RunningServer {
  url: string;
  port: number;
  process: ChildProcess;
  send(message: ToServer): void;
  next<T extends FromServer['type']>(type: T): Promise<Extract<FromServer, { type: T }>>;
  /** What it has written to its error stream. */
  stderr(): string;
  exited: Promise<number | null>;
}

/** Starts the real process, as the engine does. Who starts it kills it. */
export async function startServerProcess(
  entry: string,
  start: Partial<ServerStart> & Pick<ServerStart, 'bundlePath'>,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningServer> {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    // Where the native search library is.
    env: { ...process.env, NODE_PATH: path.join(root, 'node_modules'), ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk.toString();
  });
  const waiting: { type: string; resolve: (message: never) => void }[] = [];
  child.on('message', (raw) => {
    const message = raw as FromServer;
    for (const entry of waiting.splice(0)) {
      if (entry.type === message.type) entry.resolve(message as never);
      else waiting.push(entry);
    }
  });
  const next: RunningServer['next'] = (type) => new Promise((resolve) => waiting.push({ type, resolve }));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await next('ready');
  const outcome = Promise.race([next('started'), next('failed')]);
  const message: ToServer = {
    type: 'start',
    port: 0,
    host: '127.0.0.1',
    eventLogFolder: null,
    securityFolder: null,
    auth: false,
    tls: null,
    uploadFolder: null,
    adminAvailable: false,
    ...start,
  };
  child.send(message);
  const started = await outcome;
  if (started.type !== 'started') {
    child.kill('SIGKILL');
    throw new Error(started.error.message);
  }
  return {
    url: started.url,
    port: started.port,
    process: child,
    send: (sent) => void child.send(sent),
    next,
    stderr: () => stderr,
    exited,
  };
}
