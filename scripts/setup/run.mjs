// Starts programs, and keeps what they said for when they fail.
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {object} RunResult
 * @property {number} code 127 where the program does not exist, 124 where it took too long, 128 where a signal ended it
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a program to its end. Never throws: a program that is missing is an answer too.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number; inherit?: boolean; signal?: AbortSignal; onStart?: (pid: number) => void }} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.inherit ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      // npm is a .cmd file on Windows, which only a shell can start.
      shell: process.platform === 'win32' && command === 'npm',
      windowsHide: true,
    });
    if (child.pid) options.onStart?.(child.pid);
    let stdout = '';
    let stderr = '';
    let late = false;
    child.stdout?.on('data', (chunk) => {
      stdout = (stdout + chunk).slice(-200_000);
    });
    child.stderr?.on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-200_000);
    });
    const timer = options.timeoutMs ? setTimeout(() => stop(true), options.timeoutMs) : undefined;
    /** @param {boolean} tooLate */
    const stop = (tooLate) => {
      late = tooLate;
      child.kill('SIGKILL');
    };
    const abort = () => stop(true);
    options.signal?.addEventListener('abort', abort, { once: true });
    const done = (/** @type {number} */ code) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      resolve({ code, stdout, stderr });
    };
    child.on('error', (error) => {
      stderr += error.message;
      done(127);
    });
    child.on('close', (code) => done(late ? 124 : (code ?? 128)));
  });
}

/**
 * The last lines of what a program said, for an error message.
 * @param {RunResult} result
 */
export function lastLines(result, count = 6) {
  return stripVTControlCharacters(`${result.stdout}\n${result.stderr}`)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.length > 0)
    .slice(-count)
    .join('\n');
}

/** npm as the one that started us, else the one on the path. @returns {[string, string[]]} */
export function npmCommand() {
  const own = process.env.npm_execpath;
  return own?.endsWith('.js') || own?.endsWith('.cjs') ? [process.execPath, [own]] : ['npm', []];
}

/**
 * Is anything listening at the other end? A refusal counts as an answer of the network, an HTTP error as one of the host.
 * @param {string} url
 */
export async function reachable(url, timeoutMs = 4000) {
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    return true;
  } catch {
    return false;
  }
}
