import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { EngineError } from '#contract/errors';
import { type KernelCall, takeRows } from './take-rows.ts';

/** A place in the kernels' memory. */
export interface Block<T extends Float32Array | Int32Array> {
  /** What kernels take as an argument: its address in bytes. */
  address: number;
  /** The values; what kernels write is seen here, and what is written here they see. */
  values: T;
}

export interface RowsOptions {
  /** Bytes that each thread needs for itself, zero at the start. */
  scratch?: number;
  /** Rows a thread takes at a time; by default a 16th of a thread's share, at most 1,024. */
  chunk?: number;
  /** Called several times a second with the rows done so far; where it throws, the threads stop after their chunk. */
  onProgress?: (done: number, total: number) => Promise<void>;
}

/**
 * Hand-written kernels (WebAssembly with SIMD, from `assembly/`) on memory that all threads share. Nothing is copied between threads, and the results do
 * not depend on how many there are.
 */
export interface KernelPool {
  threads: number;
  /** Memory for the values, zero where only a length is given. Throws `too_large` where 4 GB do not hold it. */
  floats(values: Float32Array | number): Block<Float32Array>;
  integers(values: Int32Array | number): Block<Int32Array>;
  /** Where the memory is now; `release` frees what was taken after. */
  mark(): number;
  release(mark: number): void;
  /** Computes rows 0 .. rows of a kernel by all threads. */
  rows(kernel: string, rows: number, args: number[], options?: RowsOptions): Promise<void>;
  /** The same at once and by the calling thread alone: for work of a few milliseconds, in the midst of other work. */
  rowsNow(kernel: string, rows: number, args: number[], scratch?: number): void;
  dispose(): Promise<void>;
}

const pageBytes = 65_536;
/** All that 32-bit addresses reach. It is taken page by page, as it is asked for. */
const maximumPages = 65_536;
const alignment = 64;
const pollMs = 20;

/** Kernels and the threads' program are built, beside the bundles; a test that runs from the sources finds them in dist. */
function builtFile(name: string): string {
  const file = [__dirname, path.join(__dirname, '..', '..', 'dist', 'engine')].map((folder) => path.join(folder, name)).find(existsSync);
  if (file) return file;
  throw new EngineError('internal', `${name} is missing beside the program. Run \`npm run setup\` to build it.`);
}

let compiled: WebAssembly.Module | undefined;
function kernels(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(builtFile('kernels.wasm')));
  return compiled;
}

/** Threads start when there are rows for more than one. */
export function createKernelPool({ threads = os.cpus().length } = {}): KernelPool {
  const module = kernels();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const workers: Worker[] = [];
  /** The first bytes are nobody's, so that no block has the address 0; the counter of rows lies there, and the kernels' own tables after it. */
  const counter = 4;
  let free = Math.max(256, Math.ceil((exports.heapStart as () => number)() / alignment) * alignment);

  function take(bytes: number): number {
    const address = free;
    const end = address + Math.ceil(bytes / alignment) * alignment;
    const missing = Math.ceil(end / pageBytes) - memory.buffer.byteLength / pageBytes;
    if (missing > 0) {
      try {
        memory.grow(missing);
      } catch {
        throw new EngineError(
          'too_large',
          `This needs ${(end / 2 ** 30).toFixed(1)} GB at once, more than can be had. Choose fewer dimensions or neighbours, or a smaller selection of the data.`,
        );
      }
    }
    free = end;
    return address;
  }

  function block<T extends Float32Array | Int32Array>(
    of: { new (buffer: ArrayBufferLike, at: number, length: number): T },
    from: T | number,
  ) {
    const length = typeof from === 'number' ? from : from.length;
    const address = take(length * 4);
    const values = new of(memory.buffer, address, length);
    if (typeof from === 'number') values.fill(0);
    else values.set(from);
    return { address, values };
  }

  function startWorkers(): void {
    // As text, as a thread cannot be started from a file inside an archive everywhere.
    const source = workers.length < threads ? readFileSync(builtFile('worker.cjs'), 'utf8') : '';
    while (workers.length < threads) {
      const worker = new Worker(source, { eval: true, workerData: { module, memory } });
      worker.unref();
      workers.push(worker);
    }
  }

  function finished(worker: Worker, call: KernelCall): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        worker.off('error', failed);
        resolve();
      };
      const failed = (error: Error): void => {
        worker.off('message', done);
        reject(error);
      };
      worker.once('message', done);
      worker.once('error', failed);
      worker.postMessage(call);
    });
  }

  return {
    threads,
    floats: (from) => block(Float32Array, from),
    integers: (from) => block(Int32Array, from),
    mark: () => free,
    release: (mark) => {
      free = mark;
    },
    async rows(kernel, rows, args, { scratch = 0, chunk, onProgress } = {}) {
      if (typeof exports[kernel] !== 'function') throw new EngineError('internal', `There is no kernel "${kernel}".`);
      const size = chunk ?? Math.max(1, Math.min(1024, Math.ceil(rows / threads / 16)));
      const next = new Int32Array(memory.buffer, 0, counter + 1);
      next[counter] = 0;
      const before = free;
      const scratchOf = (): number => (scratch > 0 ? block(Float32Array, Math.ceil(scratch / 4)).address : 0);
      const call = { kernel, args, rows, chunk: size, counter };
      try {
        if (threads < 2 || rows <= size) {
          const own = scratchOf();
          for (let from = 0; from < rows; from += size) {
            takeRows(exports, memory, { ...call, rows: Math.min(from + size, rows), scratch: own });
            next[counter] = from + size;
            await onProgress?.(Math.min(from + size, rows), rows);
          }
          return;
        }
        startWorkers();
        let running = true;
        const all = Promise.all(workers.map((worker) => finished(worker, { ...call, scratch: scratchOf() }))).finally(() => {
          running = false;
        });
        try {
          while (running && onProgress) {
            await Promise.race([all, new Promise((resolve) => setTimeout(resolve, pollMs))]);
            await onProgress(Math.min(Atomics.load(next, counter), rows), rows);
          }
        } catch (error) {
          Atomics.store(next, counter, rows);
          await all;
          throw error;
        }
        await all;
      } finally {
        free = before;
      }
    },
    rowsNow(kernel, rows, args, scratch = 0) {
      const run = exports[kernel];
      if (typeof run !== 'function') throw new EngineError('internal', `There is no kernel "${kernel}".`);
      const before = free;
      run(0, rows, scratch > 0 ? take(scratch) : 0, ...args);
      free = before;
    },
    async dispose() {
      await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
    },
  };
}
