import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeviceReport } from '#contract/run';
import { Check } from '#contract/system';
import { readChosenRuntime } from '../../../engine/system/chosen-runtime.ts';
import { checkElectron, checkTensorFlow, runChecks } from '../../../engine/system/doctor.ts';
import { checkDisplay, checkGpuDriver, checkMemory, checkNode } from '../../../engine/system/machine.ts';
import { findProgram } from '../../../engine/system/programs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const cpu: DeviceReport = { backend: 'tensorflow', device: 'cpu', version: '2.21.0', reason: 'no GPU', improve: 'buy one' };
const wasm: DeviceReport = { backend: 'wasm', device: 'cpu', version: '4.22.0', reason: 'no native library' };

test('the doctor looks at twelve things, each under a name of its own, and answers in the shape of the contract', async () => {
  const checks = await runChecks({ rootFolder: path.resolve(__dirname, '../../..'), device: cpu });
  expect(new Set(checks.map((check) => check.id)).size).toBe(12);
  for (const check of checks) expect(Check.parse(check)).toEqual(check);
  expect(checks.find((check) => check.id === 'duckdb')?.status).toBe('ok');
  expect(checks.find((check) => check.id === 'usearch')?.status).toBe('ok');
});

test('a clone without node modules lacks its native libraries, and is told what to run', async () => {
  const checks = await runChecks({ rootFolder: folder, device: null });
  for (const id of ['duckdb', 'usearch']) {
    expect(checks.find((check) => check.id === id)).toMatchObject({ status: 'missing', fix: 'Run `npm run setup`.' });
  }
});

test('TensorFlow is fine on the CPU, a warning on WebAssembly, and missing where it does not load', () => {
  expect(checkTensorFlow(cpu, {})).toMatchObject({ status: 'ok', detail: 'native 2.21.0 on the CPU. no GPU', fix: 'buy one' });
  expect(checkTensorFlow(wasm, {})).toMatchObject({ status: 'warning', detail: 'WebAssembly on the CPU. no native library' });
  expect(checkTensorFlow(null, {})).toMatchObject({ status: 'missing', fix: 'Run `npm run setup -- --retry`.' });
});

test('how set-up came by TensorFlow is told with it', () => {
  const chosen = { tensorflow: { source: 'wheel' as const, version: '2.21.0', reason: 'from its Python wheel' } };
  expect(checkTensorFlow(cpu, chosen).detail).toContain('Set-up: from its Python wheel.');
});

test('the stand-in for Electron is a warning with its notice, the official one is fine', () => {
  expect(checkElectron({ electron: { source: 'fallback', version: '25.1.1', notice: 'out of support' } })).toMatchObject({
    status: 'warning',
    detail: '25.1.1 (stand-in)',
    fix: 'out of support',
  });
  expect(checkElectron({ electron: { source: 'official', version: '45.4.1' } }).status).toBe('ok');
  expect(checkElectron({ electron: { source: 'none', version: '45.4.1' } }).status).toBe('missing');
});

test('what set-up wrote is read, and half a file counts as none', () => {
  mkdirSync(path.join(folder, '.runtime'));
  const file = path.join(folder, '.runtime', 'runtime.json');
  writeFileSync(file, JSON.stringify({ format: 1, electron: { source: 'official', version: '45.4.1' } }));
  expect(readChosenRuntime(folder)).toEqual({ electron: { source: 'official', version: '45.4.1' } });
  writeFileSync(file, '{"electron": {"sou');
  expect(readChosenRuntime(folder)).toEqual({});
});

test('a program is found where the path says, if it may run', () => {
  writeFileSync(path.join(folder, 'tool'), '', { mode: 0o755 });
  writeFileSync(path.join(folder, 'text'), '', { mode: 0o644 });
  expect(findProgram(['absent', 'tool'], { PATH: `/nowhere:${folder}` }, 'linux')).toBe(path.join(folder, 'tool'));
  expect(findProgram(['text'], { PATH: folder }, 'linux')).toBeUndefined();
});

test('old Node and little memory are warnings, Node inside Electron is as it is', () => {
  expect(checkNode({ ...process.versions, node: '18.15.0' }).status).toBe('warning');
  expect(checkNode({ ...process.versions, node: '18.15.0', electron: '25.1.1' }).status).toBe('ok');
  expect(checkMemory(2 * 2 ** 30, 2 ** 30)).toMatchObject({ status: 'warning', detail: '2.0 GiB, 1.0 GiB free' });
  expect(checkMemory(8 * 2 ** 30, 2 ** 30).status).toBe('ok');
});

test('without a display the check says what serves instead', () => {
  expect(checkDisplay({ DISPLAY: ':7' }, 'linux')).toMatchObject({ status: 'ok', detail: ':7' });
  expect(checkDisplay({ PATH: folder }, 'linux').fix).toBe('For the window tests: apt-get install xvfb.');
  expect(checkDisplay({}, 'darwin').status).toBe('ok');
});

test('an NVIDIA driver is known by the file that it keeps', () => {
  const file = path.join(folder, 'version');
  writeFileSync(file, 'NVRM version: 570.1\nGCC version: 12\n');
  expect(checkGpuDriver(file)).toMatchObject({ status: 'ok', detail: 'NVRM version: 570.1' });
});
