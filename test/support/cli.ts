import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The built command line. */
export const entry = path.resolve(__dirname, '..', '..', 'dist', 'engine', 'cli.cjs');

export interface CliOutcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface CliOptions {
  state: string;
  signalAfterMs?: number;
  signalAt?: RegExp;
  /** The folder of the event log of a server, which is killed once the command says that it serves. */
  killServerOf?: string;
  /** The command is killed outright once this says so. */
  killWhen?: () => boolean;
  env?: Record<string, string>;
}

/** The lock of an event log names the process that writes to it. */
function killServer(eventLogFolder: string): void {
  const { pid } = JSON.parse(readFileSync(path.join(eventLogFolder, 'server.lock'), 'utf8')) as { pid: number };
  process.kill(pid, 'SIGKILL');
}

/** Runs the built command line, with a state folder of its own. Ctrl-C is pressed after a time, or once what was printed holds `signalAt`. */
export function recsmith(words: string[], options: CliOptions): Promise<CliOutcome> {
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run "npm run build" first.`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [entry, ...words], { env: { ...process.env, ...options.env, RECSMITH_STATE: options.state } });
    let stdout = '';
    let stderr = '';
    let pressed = false;
    let killed = false;
    const heard = (): void => {
      if (options.killServerOf !== undefined && !killed && /^Serving /m.test(stdout)) {
        killed = true;
        killServer(options.killServerOf);
      }
      if (pressed || !options.signalAt?.test(stdout + stderr)) return;
      pressed = true;
      child.kill('SIGINT');
    };
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      heard();
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      heard();
    });
    if (options.signalAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), options.signalAfterMs);
    const watch = setInterval(() => options.killWhen?.() && child.kill('SIGKILL'), 5);
    child.once('exit', (code) => {
      clearInterval(watch);
      resolve({ code, stdout, stderr });
    });
  });
}

/** The one JSON object that `--json` prints. Throws with everything that was printed where the command failed. */
export async function recsmithJson<T = Record<string, unknown>>(words: string[], options: { state: string }): Promise<T> {
  const { code, stdout, stderr } = await recsmith([...words, '--json'], options);
  if (code !== 0) throw new Error(`recsmith ${words.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}
