// What every process of the product starts with.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './setup/folders.mjs';
import { readState } from './setup/state.mjs';

/** @returns {NodeJS.ProcessEnv} */
export function productEnvironment() {
  const env = { ...process.env };
  // DuckDB's queries occupy libuv's pool, and files must still be read meanwhile.
  env.UV_THREADPOOL_SIZE ??= '16';
  env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Set by tools that are Electron apps themselves, it would turn ours into plain Node.
  delete env.ELECTRON_RUN_AS_NODE;
  if (readState().tensorflow?.variant === 'gpu' && process.platform === 'linux') {
    const nvidia = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'deps', 'nvidia');
    const parts = [
      'cublas',
      'cuda_cupti',
      'cuda_nvrtc',
      'cuda_runtime',
      'cudnn',
      'cufft',
      'curand',
      'cusolver',
      'cusparse',
      'nccl',
      'nvjitlink',
    ];
    env.LD_LIBRARY_PATH = [...parts.map((part) => path.join(nvidia, part, 'lib')), env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  }
  return env;
}

/** Is there a screen to show a window on? @param {NodeJS.ProcessEnv} [env] @param {string} [platform] */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Runs a program in the foreground: its streams are ours, what interrupts us interrupts it, and its exit code comes back.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>}
 */
export function foreground(command, args, env = productEnvironment()) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: process.cwd(), env, stdio: 'inherit' });
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    // npm's shell can die of a signal without passing it on: whoever started us is gone then, and nobody could end the child.
    const parent = process.ppid;
    const watch = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1));
    });
  });
}
