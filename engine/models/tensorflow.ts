import util from 'node:util';
import type * as Tfjs from '@tensorflow/tfjs-core';
import { EngineError } from '#contract/errors';
import type { DeviceReport } from '#contract/run';

/** The part of the native binding that reaches any TensorFlow op by its name. */
export interface NativeBinding {
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array;
  executeOp(
    name: string,
    attributes: NativeAttribute[],
    inputs: number[],
    outputs: number,
  ): { id: number; shape: number[]; dtype: number }[];
  getNumOfTensors(): number;
  readonly [constant: `TF_${string}`]: number | string;
}

export interface NativeAttribute {
  name: string;
  type: number;
  value: unknown;
}

export interface TensorFlow {
  tf: typeof Tfjs;
  /** Null where TensorFlow runs in WebAssembly. */
  native: NativeBinding | null;
  report: DeviceReport;
}

let current: TensorFlow | undefined;
let loading: Promise<TensorFlow> | undefined;

/** tfjs-node calls two functions that Node 23 removed. */
function restoreRemovedFunctions(): void {
  const old = util as unknown as Record<string, unknown>;
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
}

async function loadNative(): Promise<TensorFlow> {
  restoreRemovedFunctions();
  // TensorFlow writes its own log to stderr; what is not at least an error is noise there.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const loaded = await import('@tensorflow/tfjs-node-gpu');
  const tf = (loaded.default ?? loaded) as unknown as typeof Tfjs;
  const backend = tf.backend() as unknown as { binding: NativeBinding; isUsingGpuDevice: boolean };
  const version = String(backend.binding.TF_Version);
  const report: DeviceReport = backend.isUsingGpuDevice
    ? { backend: 'tensorflow', device: 'gpu', version, reason: `TensorFlow ${version} found an NVIDIA GPU.` }
    : {
        backend: 'tensorflow',
        device: 'cpu',
        version,
        reason: `TensorFlow ${version} runs on the CPU: it found no NVIDIA GPU that it can use.`,
        improve: 'A machine with an NVIDIA GPU, its driver and a CUDA build of TensorFlow trains faster.',
      };
  return { tf, native: backend.binding, report };
}

async function loadWasm(reason: string): Promise<TensorFlow> {
  const core = await import('@tensorflow/tfjs-core');
  const tf = ('default' in core && core.default ? core.default : core) as typeof Tfjs;
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm')))
    throw new EngineError('unavailable', 'Neither TensorFlow nor its WebAssembly replacement could be loaded. Run `npm run setup` again.');
  const version = tf.version_core;
  const improve =
    'Run `npm run setup` to install the native TensorFlow library (it needs Python 3 with pip, or a download); training is many times faster with it.';
  return { tf, native: null, report: { backend: 'wasm', device: 'cpu', version, reason, improve } };
}

async function load(): Promise<TensorFlow> {
  if (process.env.RECSMITH_TENSORFLOW === 'wasm') return loadWasm('RECSMITH_TENSORFLOW=wasm asks for WebAssembly.');
  try {
    return await loadNative();
  } catch (error) {
    const cause = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    return loadWasm(`The native TensorFlow library could not be loaded (${cause}), so WebAssembly is used instead.`);
  }
}

/** Loads TensorFlow once: the native library where there is one, else WebAssembly. `report` says which and why. */
export async function loadTensorFlow(): Promise<TensorFlow> {
  loading ??= load();
  current = await loading;
  return current;
}

/** TensorFlow, once `loadTensorFlow` is done: models load and score without waiting. */
export function tensorFlow(): TensorFlow {
  if (current) return current;
  throw new EngineError('internal', 'TensorFlow was used before it was loaded: call loadTensorFlow first.');
}
