import {
  add,
  advance,
  type Code,
  constant,
  get,
  i32,
  moduleOf,
  repeatWhile,
  set,
  shiftLeft,
  subtract,
  tee,
  v128,
  vector,
} from '../math/wasm-code.ts';

/**
 * One function in WebAssembly with 128-bit vectors:
 *
 *   out[r] = scales[r] · Σ_i items[r][i] · query[i]
 *
 * for items and query of 16-bit integers, four rows and eight products at a time.
 */
export interface ScanKernel {
  memory: WebAssembly.Memory;
  /** Byte offsets in the memory; `rows` come in fours, `chunks` counts eights of columns. The integer sums must fit 32 bits. */
  scan(items: number, query: number, scales: number, out: number, rows: number, chunks: number): void;
}

const [items, query, scales, out, rows, chunks] = [0, 1, 2, 3, 4, 5] as const;
const [stride, left, queryAt] = [6, 7, 8] as const;
const rowAt = [9, 10, 11, 12] as const;
const q = 13;
const sum = [14, 15, 16, 17] as const;
const [low, high] = [18, 19] as const;

/** [a0+a2, b0+b2, a1+a3, b1+b3] of two sums of four. */
const pairUp = (a: number, b: number, to: number): Code => [
  ...[...get(a), ...get(b), ...vector.shuffle([0, 4, 1, 5])],
  ...[...get(a), ...get(b), ...vector.shuffle([2, 6, 3, 7])],
  ...vector.addIntegers,
  ...set(to),
];

const overChunks = repeatWhile(
  [...get(queryAt), ...vector.load(0), ...set(q)],
  rowAt.flatMap((at, row) => {
    const own = sum[row] as number;
    return [...get(own), ...get(at), ...vector.load(0), ...get(q), ...vector.dotShorts, ...vector.addIntegers, ...set(own)];
  }),
  rowAt.flatMap((at) => advance(at, constant(16))),
  advance(queryAt, constant(16)),
  [...get(left), ...constant(1), ...subtract, ...tee(left)],
);

const overRows = repeatWhile(
  [...get(items), ...set(rowAt[0])],
  [1, 2, 3].flatMap((row) => [...get(rowAt[row - 1] as number), ...get(stride), ...add, ...set(rowAt[row] as number)]),
  sum.flatMap((own) => [...vector.zero, ...set(own)]),
  [...get(query), ...set(queryAt), ...get(chunks), ...set(left)],
  overChunks,
  pairUp(sum[0], sum[1], low),
  pairUp(sum[2], sum[3], high),
  [...get(out)],
  [...get(low), ...get(high), ...vector.shuffle([0, 1, 4, 5])],
  [...get(low), ...get(high), ...vector.shuffle([2, 3, 6, 7])],
  [...vector.addIntegers, ...vector.toFloats, ...get(scales), ...vector.load(0), ...vector.multiplyFloats, ...vector.store(0)],
  [...get(rowAt[3]), ...set(items)],
  advance(out, constant(16)),
  advance(scales, constant(16)),
  [...get(rows), ...constant(4), ...subtract, ...tee(rows)],
);

let compiled: WebAssembly.Module | undefined;

function compile(): WebAssembly.Module {
  const body: Code = [...get(chunks), ...constant(4), ...shiftLeft, ...set(stride), ...overRows];
  return new WebAssembly.Module(
    moduleOf(
      'scan',
      [i32, i32, i32, i32, i32, i32],
      [
        [7, i32],
        [7, v128],
      ],
      body,
    ),
  );
}

/** A kernel with a memory of its own. Throws where the machine has no vectors in WebAssembly, or not that much memory. */
export function createScanKernel(bytes: number): ScanKernel {
  compiled ??= compile();
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / 65_536)) });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { memory, scan: exports.scan as ScanKernel['scan'] };
}
