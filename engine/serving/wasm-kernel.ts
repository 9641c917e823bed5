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

type Code = number[];

function unsigned(value: number): Code {
  const bytes: Code = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const text = (value: string): Code => [value.length, ...[...value].map((char) => char.charCodeAt(0))];

const i32 = 0x7f;
const f32 = 0x7d;
const v128 = 0x7b;
const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
/** Only for values below 64, whose signed form is one byte. */
const constant = (value: number): Code => [0x41, value];
const add: Code = [0x6a];
const subtract: Code = [0x6b];
const shiftLeft: Code = [0x74];
const lessThan: Code = [0x49];
const load = (offset: number): Code => [0xfd, 0x00, 2, offset];
const loadSplat: Code = [0xfd, 0x09, 2, 0];
const store = (offset: number): Code => [0xfd, 0x0b, 2, offset];
const splat: Code = [0xfd, 0x13];
const vectorAdd: Code = [0xfd, 0xe4, 0x01];
const vectorMultiply: Code = [0xfd, 0xe6, 0x01];
const vectorMaximum: Code = [0xfd, 0xe9, 0x01];
/** Again from the start while the condition holds that `body` leaves behind. */
const repeatWhile = (...body: Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0d, 0, 0x0b];

// Parameters, then locals of type i32, then of type v128.
const [x, w, y, rows, inputs, outputs, floor] = [0, 1, 2, 3, 4, 5, 6] as const;
const [xStride, yStride, j, i, wAt, xAt, yAt, at] = [7, 8, 9, 10, 11, 12, 13, 14] as const;
const [w0, w1, s, least] = [15, 16, 17, 18] as const;
const sums = [19, 20, 21, 22, 23, 24, 25, 26];
const rowsAtOnce = [0, 1, 2, 3];
const sum = (row: number, half: number): number => sums[2 * row + half] as number;

/** local += amount */
const advance = (local: number, amount: Code): Code => [...get(local), ...amount, ...add, ...set(local)];

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
  ...vectorMultiply,
  ...vectorAdd,
  ...set(sum(row, half)),
];

const overInputs = repeatWhile(
  [...get(wAt), ...load(0), ...set(w0), ...get(wAt), ...load(16), ...set(w1)],
  eachRow(xAt, xStride, (row) => [...get(at), ...loadSplat, ...set(s), ...accumulate(row, 0, w0), ...accumulate(row, 1, w1)]),
  advance(xAt, constant(4)),
  advance(wAt, get(yStride)),
  [...get(i), ...constant(1), ...subtract, 0x22, i],
);

const overOutputs = repeatWhile(
  [...get(y), ...get(j), ...constant(2), ...shiftLeft, ...add, ...set(yAt)],
  [...get(w), ...get(j), ...constant(2), ...shiftLeft, ...add, ...set(wAt)],
  eachRow(yAt, yStride, (row) => [0, 1].flatMap((half) => [...get(at), ...load(16 * half), ...set(sum(row, half))])),
  [...get(x), ...set(xAt), ...get(inputs), ...set(i)],
  overInputs,
  eachRow(yAt, yStride, (row) =>
    [0, 1].flatMap((half) => [...get(at), ...get(sum(row, half)), ...get(least), ...vectorMaximum, ...store(16 * half)]),
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
  const locals: Code = [2, 8, i32, 12, v128];
  const body: Code = [
    ...locals,
    ...[...get(inputs), ...constant(2), ...shiftLeft, ...set(xStride)],
    ...[...get(outputs), ...constant(2), ...shiftLeft, ...set(yStride)],
    ...[...get(floor), ...splat, ...set(least)],
    ...overRows,
    0x0b,
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 7, i32, i32, i32, i32, i32, i32, f32, 0]),
    ...section(2, [1, ...text('env'), ...text('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('multiplyAdd'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

let compiled: WebAssembly.Module | undefined;

/** A kernel with a memory of its own. Throws where the machine has no vectors in WebAssembly. */
export function createDenseKernel(bytes: number): DenseKernel {
  compiled ??= new WebAssembly.Module(moduleBytes());
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / 65_536)) });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { memory, multiplyAdd: exports.multiplyAdd as DenseKernel['multiplyAdd'] };
}
