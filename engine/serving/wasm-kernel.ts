import {
  add,
  advance,
  type Code,
  constant,
  f32,
  get,
  i32,
  lessThan,
  moduleOf,
  repeatWhile,
  set,
  shiftLeft,
  subtract,
  v128,
  vector,
} from '../math/wasm-code.ts';

/**
 * One function in WebAssembly with 128-bit vectors, written out here, since it is the only one needed:
 *
 *   y[r][j] = max(floor, y[r][j] + Σ_i x[r][i] · w[i][j])
 *
 * for 32-bit floats, four rows and eight outputs at a time. Rows come in fours and outputs in eights.
 */
export interface DenseKernel {
  memory: WebAssembly.Memory;
  /** Byte offsets of x (rows × inputs), w (inputs × outputs) and y (rows × outputs) in the memory. */
  multiplyAdd(x: number, w: number, y: number, rows: number, inputs: number, outputs: number, floor: number): void;
}

// Parameters, then locals of type i32, then of type v128.
const [x, w, y, rows, inputs, outputs, floor] = [0, 1, 2, 3, 4, 5, 6] as const;
const [xStride, yStride, j, i, wAt, xAt, yAt, at] = [7, 8, 9, 10, 11, 12, 13, 14] as const;
const [w0, w1, s, least] = [15, 16, 17, 18] as const;
const sums = [19, 20, 21, 22, 23, 24, 25, 26];
const rowsAtOnce = [0, 1, 2, 3];
const sum = (row: number, half: number): number => sums[2 * row + half] as number;

/** Walks `at` from `start` over four rows, and does something at each. */
const eachRow = (start: number, stride: number, visit: (row: number) => Code): Code => [
  ...get(start),
  ...set(at),
  ...rowsAtOnce.flatMap((row) => [...visit(row), ...(row < 3 ? advance(at, get(stride)) : [])]),
];

const accumulate = (row: number, half: number, weights: number): Code => [
  ...get(sum(row, half)),
  ...get(s),
  ...get(weights),
  ...vector.multiplyFloats,
  ...vector.addFloats,
  ...set(sum(row, half)),
];

const overInputs = repeatWhile(
  [...get(wAt), ...vector.load(0), ...set(w0), ...get(wAt), ...vector.load(16), ...set(w1)],
  eachRow(xAt, xStride, (row) => [...get(at), ...vector.loadSplat, ...set(s), ...accumulate(row, 0, w0), ...accumulate(row, 1, w1)]),
  advance(xAt, constant(4)),
  advance(wAt, get(yStride)),
  [...get(i), ...constant(1), ...subtract, 0x22, i],
);

const overOutputs = repeatWhile(
  [...get(y), ...get(j), ...constant(2), ...shiftLeft, ...add, ...set(yAt)],
  [...get(w), ...get(j), ...constant(2), ...shiftLeft, ...add, ...set(wAt)],
  eachRow(yAt, yStride, (row) => [0, 1].flatMap((half) => [...get(at), ...vector.load(16 * half), ...set(sum(row, half))])),
  [...get(x), ...set(xAt), ...get(inputs), ...set(i)],
  overInputs,
  eachRow(yAt, yStride, (row) =>
    [0, 1].flatMap((half) => [...get(at), ...get(sum(row, half)), ...get(least), ...vector.maximumFloats, ...vector.store(16 * half)]),
  ),
  advance(j, constant(8)),
  [...get(j), ...get(outputs), ...lessThan],
);

const overRows = repeatWhile(
  [...constant(0), ...set(j)],
  overOutputs,
  advance(x, [...get(xStride), ...constant(2), ...shiftLeft]),
  advance(y, [...get(yStride), ...constant(2), ...shiftLeft]),
  [...get(rows), ...constant(4), ...subtract, 0x22, rows],
);

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const body: Code = [
    ...[...get(inputs), ...constant(2), ...shiftLeft, ...set(xStride)],
    ...[...get(outputs), ...constant(2), ...shiftLeft, ...set(yStride)],
    ...[...get(floor), ...vector.splat, ...set(least)],
    ...overRows,
  ];
  return moduleOf(
    'multiplyAdd',
    [i32, i32, i32, i32, i32, i32, f32],
    [
      [8, i32],
      [12, v128],
    ],
    body,
  );
}

let compiled: WebAssembly.Module | undefined;

/** A kernel with a memory of its own. Throws where the machine has no vectors in WebAssembly. */
export function createDenseKernel(bytes: number): DenseKernel {
  compiled ??= new WebAssembly.Module(moduleBytes());
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / 65_536)) });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { memory, multiplyAdd: exports.multiplyAdd as DenseKernel['multiplyAdd'] };
}
