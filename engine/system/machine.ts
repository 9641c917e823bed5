import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import type { Check } from '#contract/system';
import { findProgram } from './programs.ts';

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

export function checkNode(versions: NodeJS.ProcessVersions = process.versions): Check {
  const base = { id: 'node', label: 'Node' };
  if (versions.electron) return { ...base, status: 'ok', detail: `${versions.node}, inside Electron ${versions.electron}` };
  if (Number.parseInt(versions.node, 10) >= 20) return { ...base, status: 'ok', detail: versions.node };
  return { ...base, status: 'warning', detail: `${versions.node} is older than 20`, fix: 'Install Node 20 or newer.' };
}

export function checkCores(): Check {
  const [first, ...others] = cpus();
  const model = first?.model.trim();
  return { id: 'cores', label: 'Processor cores', status: 'ok', detail: `${others.length + 1}${model ? ` (${model})` : ''}` };
}

export function checkMemory(total = totalmem(), free = freemem()): Check {
  const base = { id: 'memory', label: 'Memory', detail: `${gigabytes(total)}, ${gigabytes(free)} free` };
  if (total >= 4 * 2 ** 30) return { ...base, status: 'ok' };
  return { ...base, status: 'warning', fix: 'Training wants 4 GiB or more. Use smaller batches and a smaller dimension.' };
}

export async function checkDisk(folder: string): Promise<Check> {
  const base = { id: 'disk', label: 'Disk space' };
  try {
    const { bavail, bsize } = await statfs(folder);
    const detail = `${gigabytes(bavail * bsize)} free in ${folder}`;
    if (bavail * bsize >= 2 * 2 ** 30) return { ...base, status: 'ok', detail };
    return { ...base, status: 'warning', detail, fix: 'Make room: the native libraries and a workspace take about 2 GiB.' };
  } catch (error) {
    return { ...base, status: 'warning', detail: `unknown: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export function checkDisplay(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): Check {
  const base = { id: 'display', label: 'Display' };
  if (platform !== 'linux') return { ...base, status: 'ok', detail: 'the desktop' };
  const display = env.WAYLAND_DISPLAY ?? env.DISPLAY;
  if (display) return { ...base, status: 'ok', detail: display };
  const xvfb = findProgram(['Xvfb'], env, platform);
  const detail = xvfb ? `none; window tests use ${xvfb}` : 'none, and no Xvfb for the window tests';
  const fix = xvfb ? 'Without a display `npm start` runs the pipeline headless.' : 'For the window tests: apt-get install xvfb.';
  return { ...base, status: 'warning', detail, fix };
}

export function checkGpuDriver(driverFile = '/proc/driver/nvidia/version'): Check {
  const base = { id: 'gpu', label: 'NVIDIA driver' };
  if (existsSync(driverFile)) {
    return { ...base, status: 'ok', detail: readFileSync(driverFile, 'utf8').split('\n')[0]?.trim() ?? 'present' };
  }
  const tool = findProgram(['nvidia-smi']);
  if (tool) return { ...base, status: 'ok', detail: tool };
  return {
    ...base,
    status: 'warning',
    detail: 'none: training runs on the CPU',
    fix: 'With an NVIDIA GPU: install its driver, then run `npm run setup -- --retry`.',
  };
}
