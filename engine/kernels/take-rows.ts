/** Rows of one kernel to compute, shared among threads. */
export interface KernelCall {
  kernel: string;
  /** After `from`, `to` and `scratch`. */
  args: number[];
  rows: number;
  /** Rows a thread takes at a time. */
  chunk: number;
  /** Where in the shared memory the next row that nobody has taken is written, in 32-bit integers. */
  counter: number;
  /** The thread's own memory. */
  scratch: number;
}

/** Takes chunk after chunk until none is left. */
export function takeRows(
  exports: WebAssembly.Exports,
  memory: WebAssembly.Memory,
  { kernel, args, rows, chunk, counter, scratch }: KernelCall,
): void {
  const run = exports[kernel] as (...args: number[]) => void;
  const next = new Int32Array(memory.buffer, 0, counter + 1);
  for (let from = Atomics.add(next, counter, chunk); from < rows; from = Atomics.add(next, counter, chunk)) {
    run(from, Math.min(from + chunk, rows), scratch, ...args);
  }
}
