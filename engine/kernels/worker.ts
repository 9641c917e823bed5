import { parentPort, workerData } from 'node:worker_threads';
import { type KernelCall, takeRows } from './take-rows.ts';

/** A thread that computes what it is told on the memory that it shares. */
const { module, memory } = workerData as { module: WebAssembly.Module; memory: WebAssembly.Memory };
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
parentPort?.on('message', (call: KernelCall) => {
  takeRows(exports, memory, call);
  parentPort?.postMessage(null);
});
