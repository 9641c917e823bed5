// A screen in memory for the window tests, where there is no other.
import { spawn } from 'node:child_process';
import { hasDisplay } from '../environment.mjs';

/**
 * Runs `work` with a display: the one that is there, or an Xvfb of its own that ends with it.
 * @template T
 * @param {(env: Record<string, string>) => Promise<T>} work gets the variables that name the display
 * @returns {Promise<T>}
 */
export async function withDisplay(work) {
  if (hasDisplay()) return work({});
  const { child, display } = await startXvfb();
  try {
    return await work({ DISPLAY: display });
  } finally {
    child.kill('SIGTERM');
  }
}

/** @returns {Promise<{ child: import('node:child_process').ChildProcess; display: string }>} */
function startXvfb() {
  return new Promise((resolve, reject) => {
    // It finds a free number by itself, and says which on the third stream.
    const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x900x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    let number = '';
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    child.stdio[3]?.on('data', (chunk) => {
      number += chunk;
      if (number.includes('\n')) resolve({ child, display: `:${number.trim()}` });
    });
    child.on('error', (error) => reject(new Error(`Xvfb could not be started: ${error.message}`)));
    child.on('exit', (code) => reject(new Error(`Xvfb ended with code ${code}: ${errors.trim()}`)));
  });
}
