import type { LoadedBundle } from '../bundles/contents.ts';
import { createBreather } from '../bundles/text-array.ts';
import { solvePositive } from '../math/positive-solve.ts';
import { pickEvenly } from '../retrieval/measure.ts';

/** Makes the vector of somebody whom training did not know from the items that they have had. */
export interface FoldIn {
  /** Null where none of the items is known. Rows may repeat. */
  vectorOf(itemRows: readonly number[]): Float32Array | null;
  /** Mean cosine with the vectors that training gave to users whom the map was not learned from; null where there were too few to measure. */
  readonly cosine: number | null;
}

/** Users to learn from and to measure on. */
const learnedFrom = 2000;
const measuredOn = 300;
/** A map with so many free values a dimension needs some users. */
const fewestUsers = 50;
const regularization = 1e-3;

interface Means {
  /** users × (dimensions + 1): the mean of the vectors of what they had, then 1. */
  inputs: Float64Array;
  /** users × dimensions. */
  targets: Float64Array;
  count: number;
}

function meanOf(
  { itemEmbeddings: { columns, data } }: Pick<LoadedBundle, 'itemEmbeddings'>,
  rows: ArrayLike<number>,
  out: Float64Array,
  at: number,
): void {
  out.fill(0, at, at + columns);
  for (let r = 0; r < rows.length; r++) {
    const start = (rows[r] as number) * columns;
    for (let i = 0; i < columns; i++) out[at + i] = (out[at + i] as number) + (data[start + i] as number) / rows.length;
  }
}

function meansOf(bundle: LoadedBundle, users: readonly number[]): Means {
  const { columns } = bundle.itemEmbeddings;
  const inputs = new Float64Array(users.length * (columns + 1));
  const targets = new Float64Array(users.length * columns);
  users.forEach((user, at) => {
    const rows = bundle.seen.indices.subarray(bundle.seen.indptr[user], bundle.seen.indptr[user + 1]);
    meanOf(bundle, rows, inputs, at * (columns + 1));
    inputs[at * (columns + 1) + columns] = 1;
    targets.set(bundle.userEmbeddings.data.subarray(user * columns, (user + 1) * columns), at * columns);
  });
  return { inputs, targets, count: users.length };
}

/** The linear map, (dimensions + 1) × dimensions, by least squares with a little weight decay: W = (XᵀX + λI)⁻¹ XᵀY. */
async function learn({ inputs, targets, count }: Means, columns: number, breathe: () => Promise<void> | undefined): Promise<Float64Array> {
  const width = columns + 1;
  const gram = new Float64Array(width * width);
  const products = new Float64Array(width * columns);
  for (let user = 0; user < count; user++) {
    for (let i = 0; i < width; i++) {
      const x = inputs[user * width + i] as number;
      for (let j = 0; j < width; j++) gram[i * width + j] = (gram[i * width + j] as number) + x * (inputs[user * width + j] as number);
      for (let j = 0; j < columns; j++)
        products[i * columns + j] = (products[i * columns + j] as number) + x * (targets[user * columns + j] as number);
    }
    await breathe();
  }
  let trace = 0;
  for (let i = 0; i < width; i++) trace += gram[i * width + i] as number;
  for (let i = 0; i < width; i++) gram[i * width + i] = (gram[i * width + i] as number) + (regularization * trace) / width;
  const map = new Float64Array(width * columns);
  for (let j = 0; j < columns; j++) {
    const right = Float64Array.from({ length: width }, (_, i) => products[i * columns + j] as number);
    const solved = solvePositive(gram.slice(), right, width);
    for (let i = 0; i < width; i++) map[i * columns + j] = solved[i] as number;
    await breathe();
  }
  return map;
}

function apply(map: Float64Array, inputs: Float64Array, at: number, columns: number): Float32Array {
  const vector = new Float32Array(columns);
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = 0; i <= columns; i++) sum += (inputs[at + i] as number) * (map[i * columns + j] as number);
    vector[j] = sum;
  }
  return vector;
}

function cosine(a: Float32Array, b: ArrayLike<number>, at: number): number {
  let [dot, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += (a[i] as number) * (b[at + i] as number);
    left += (a[i] as number) ** 2;
    right += (b[at + i] as number) ** 2;
  }
  return left > 0 && right > 0 ? dot / Math.sqrt(left * right) : 0;
}

/** The mean itself, where users and items share a space and there is too little to learn a map from. */
function plainMap(columns: number): Float64Array {
  const map = new Float64Array((columns + 1) * columns);
  for (let i = 0; i < columns; i++) map[i * columns + i] = 1;
  return map;
}

/**
 * Learns from the bundle itself how its users' vectors follow from what they had: whatever model made them, the map from the mean of the items' vectors to the
 * user's is fitted by least squares on some users and measured on others. Where it does not beat the plain mean there, the mean serves. Works in short stretches.
 */
export async function learnFoldIn(bundle: LoadedBundle): Promise<FoldIn> {
  const breathe = createBreather();
  const { columns } = bundle.itemEmbeddings;
  const { indptr } = bundle.seen;
  const usable = [...bundle.known.keys()].filter(
    (user) => bundle.known[user] === 1 && (indptr[user + 1] as number) - (indptr[user] as number) >= 2,
  );
  const picked = pickEvenly(usable.length, learnedFrom + measuredOn).map((at) => usable[at] as number);
  const every = Math.max(2, Math.floor(picked.length / Math.min(measuredOn, picked.length / 5 || 1)));
  const measured = picked.filter((_, at) => at % every === 0);
  const learned = picked.filter((_, at) => at % every !== 0);

  let map = plainMap(columns);
  let quality: number | null = null;
  if (learned.length >= fewestUsers) {
    const means = meansOf(bundle, measured);
    const measure = (candidate: Float64Array): number => {
      let sum = 0;
      for (let user = 0; user < means.count; user++)
        sum += cosine(apply(candidate, means.inputs, user * (columns + 1), columns), means.targets, user * columns);
      return sum / means.count;
    };
    const fitted = await learn(meansOf(bundle, learned), columns, breathe);
    const [plain, better] = [measure(map), measure(fitted)];
    if (Number.isFinite(better) && better > plain) map = fitted;
    quality = Math.max(plain, Number.isFinite(better) ? better : plain);
  }

  const input = new Float64Array(columns + 1);
  return {
    cosine: quality,
    vectorOf(itemRows) {
      if (itemRows.length === 0) return null;
      meanOf(bundle, itemRows, input, 0);
      input[columns] = 1;
      return apply(map, input, 0, columns);
    },
  };
}
