import { createStoredIds } from '../../engine/serving/stored-ids.ts';

/** Fills the memory of ids with 2 million of them and says what it takes. */
export function benchIdMemory(): string {
  const count = 2_000_000;
  globalThis.gc?.();
  const before = process.memoryUsage();
  const ids = createStoredIds();
  const startedMs = performance.now();
  for (let i = 0; i < count; i++) ids.set(`0b7e4f0c-93d1-4f5a-9d2e-${String(i).padStart(12, '0')}`, i + 1);
  const microseconds = ((performance.now() - startedMs) * 1000) / count;
  globalThis.gc?.();
  const after = process.memoryUsage();
  const taken = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  if (ids.size !== count) throw new Error(`${ids.size} of ${count} ids are remembered.`);
  return `${count.toLocaleString('en')} ids with their digests take ${(taken / 1e6).toFixed(0)} MB (${(taken / count).toFixed(0)} bytes each), ${microseconds.toFixed(2)} µs to add one.`;
}
