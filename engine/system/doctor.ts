import type { DeviceReport } from '#contract/run';
import type { Check } from '#contract/system';
import { type ChosenRuntime, readChosenRuntime } from './chosen-runtime.ts';
import { checkCores, checkDisk, checkDisplay, checkGpuDriver, checkMemory, checkNode } from './machine.ts';
import { duckdbBinding, usearchBinding } from './native-bindings.ts';
import { findProgram } from './programs.ts';

export interface DoctorOptions {
  /** The folder that holds package.json and node_modules. */
  rootFolder: string;
  /** What TensorFlow itself said, where it could be asked. */
  device: DeviceReport | null;
}

/** What this machine has and lacks. Looks at files only: nothing is loaded, started or changed. */
export async function runChecks({ rootFolder, device }: DoctorOptions): Promise<Check[]> {
  const chosen = readChosenRuntime(rootFolder);
  return [
    checkNode(),
    checkCores(),
    checkMemory(),
    await checkDisk(rootFolder),
    checkBinding('duckdb', 'DuckDB', duckdbBinding(rootFolder)),
    checkBinding('usearch', 'USearch', usearchBinding(rootFolder)),
    checkTensorFlow(device, chosen),
    checkGpuDriver(),
    checkElectron(chosen),
    checkDisplay(),
    checkCompiler(),
    checkPython(),
  ];
}

function checkBinding(id: string, label: string, file: string | undefined): Check {
  if (file) return { id, label, status: 'ok', detail: file };
  const detail = `there is no native binding for ${process.platform} ${process.arch}`;
  return { id, label, status: 'missing', detail, fix: 'Run `npm run setup`.' };
}

/** Which device, and why; then how set-up came by the library. */
export function checkTensorFlow(device: DeviceReport | null, chosen: ChosenRuntime): Check {
  const base = { id: 'tensorflow', label: 'TensorFlow' };
  const origin = chosen.tensorflow ? ` Set-up: ${chosen.tensorflow.reason}.` : '';
  const improve = device?.improve ?? chosen.tensorflow?.improve;
  const fix = improve === undefined ? {} : { fix: improve };
  if (!device) {
    return { ...base, status: 'missing', detail: `It could not be loaded.${origin}`, fix: improve ?? 'Run `npm run setup -- --retry`.' };
  }
  const name = device.backend === 'wasm' ? 'WebAssembly' : `native ${device.version}`;
  const status = device.backend === 'wasm' ? 'warning' : 'ok';
  return { ...base, ...fix, status, detail: `${name} on the ${device.device.toUpperCase()}. ${device.reason}${origin}` };
}

export function checkElectron({ electron }: ChosenRuntime): Check {
  const base = { id: 'electron', label: 'Electron runtime' };
  const running = process.versions.electron;
  if (!electron) {
    if (running) return { ...base, status: 'ok', detail: `${running}, the one that this runs in` };
    return { ...base, status: 'warning', detail: 'Set-up did not run here', fix: 'For the window run `npm run setup`.' };
  }
  const detail = `${electron.version} (${{ official: 'official', override: 'ELECTRON_OVERRIDE_DIST_PATH', fallback: 'stand-in', none: 'not installed' }[electron.source]})`;
  const notice = electron.notice === undefined ? {} : { fix: electron.notice };
  if (electron.source === 'none') return { ...base, ...notice, status: 'missing', detail };
  return { ...base, ...notice, status: electron.source === 'fallback' ? 'warning' : 'ok', detail };
}

function checkCompiler(): Check {
  const base = { id: 'compiler', label: 'C++ compiler' };
  const found = findProgram(['g++', 'clang++', 'c++', 'cl']);
  if (found) return { ...base, status: 'ok', detail: found };
  const fix = 'Debian and Ubuntu: apt-get install g++. Set-up needs it once, to compile the TensorFlow binding.';
  return { ...base, status: 'warning', detail: 'none on the path', fix };
}

function checkPython(): Check {
  const base = { id: 'python', label: 'Python 3' };
  const found = findProgram(['python3', 'python', 'py']);
  if (found) return { ...base, status: 'ok', detail: found };
  return {
    ...base,
    status: 'warning',
    detail: 'none on the path',
    fix: 'Set-up fetches TensorFlow with its pip. Install Python 3 with pip.',
  };
}
