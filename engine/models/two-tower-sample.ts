import type { EntityFeatures, Interactions } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { toSparseMatrix } from '../math/sparse.ts';
import type { FitContext, TrainingSet } from './model.ts';
import { type Contender, trainEpochs } from './train-epochs.ts';

/** With more pairs of a user and an item than these, contenders are compared on a part of the users: several tables at once take too much time and memory. */
export const searchedWhole = 2_000_000;
/** Pairs that a comparison is made on, about. */
const sampledPairs = 500_000;
/** Epochs until one contender of four is left. */
const sampleEpochs = 4;

/** Whom `validate` asks for: it is asked once with scores that say nothing. */
async function validationUsers({ itemCount }: TrainingSet, validate: NonNullable<FitContext['validate']>): Promise<Set<number>> {
  const asked = new Set<number>();
  await validate((rows) => {
    for (const row of rows) asked.add(row);
    return { rows: rows.length, columns: itemCount, data: new Float32Array(rows.length * itemCount) };
  });
  return asked;
}

/** The features of some rows, in their order. */
function featuresOf({ categories, lists, numbers, texts = [], vectors = [] }: EntityFeatures, rows: Int32Array): EntityFeatures {
  const members = ({ offsets, codes }: { offsets: Int32Array; codes: Int32Array }): { offsets: Int32Array; codes: Int32Array } => {
    const of = new Int32Array(rows.length + 1);
    rows.forEach((row, i) => {
      of[i + 1] = (of[i] as number) + (offsets[row + 1] as number) - (offsets[row] as number);
    });
    const taken = new Int32Array(of[rows.length] as number);
    rows.forEach((row, i) => {
      taken.set(codes.subarray(offsets[row], offsets[row + 1]), of[i]);
    });
    return { offsets: of, codes: taken };
  };
  const rowsOf = ({ columns, values }: { columns: number; values: Float32Array }): Float32Array => {
    const taken = new Float32Array(rows.length * columns);
    rows.forEach((row, i) => {
      taken.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
    });
    return taken;
  };
  return {
    rows: rows.length,
    categories: categories.map((one) => ({ ...one, codes: rows.map((row) => one.codes[row] as number) })),
    lists: lists.map((one) => ({ ...one, ...members(one) })),
    numbers: numbers.map((one) => ({ ...one, values: Float32Array.from(rows, (row) => one.values[row] as number) })),
    texts: texts.map((one) => ({ ...one, ...members(one) })),
    vectors: vectors.map((one) => ({ ...one, values: rowsOf(one) })),
  };
}

/** What some users did, with rows of their own, so that the table is small; `rowOf` has the new row of an old one, -1 where it is not among them. */
export function sampleOfUsers(set: TrainingSet, chosen: Uint8Array): { set: TrainingSet; rowOf: Int32Array } {
  const rowOf = new Int32Array(set.userCount).fill(-1);
  const rows = new Int32Array(chosen.reduce((sum, is) => sum + is, 0));
  for (let user = 0, next = 0; user < set.userCount; user++) {
    if (chosen[user] === 0) continue;
    rows[next] = user;
    rowOf[user] = next++;
  }
  const { users, items, weights, timestamps } = set.interactions;
  const count = users.reduce((sum, user) => sum + (chosen[user] as number), 0);
  const interactions: Interactions = {
    users: new Int32Array(count),
    items: new Int32Array(count),
    weights: new Float32Array(count),
    timestamps: new Float64Array(count),
  };
  for (let at = 0, to = 0; at < users.length; at++) {
    const row = rowOf[users[at] as number] as number;
    if (row < 0) continue;
    interactions.users[to] = row;
    interactions.items[to] = items[at] as number;
    interactions.weights[to] = weights[at] as number;
    interactions.timestamps[to++] = timestamps[at] as number;
  }
  const matrix = toSparseMatrix(interactions, rows.length, set.itemCount);
  return { rowOf, set: { ...set, userCount: rows.length, interactions, matrix, userFeatures: featuresOf(set.userFeatures, rows) } };
}

/**
 * The contenders that can be compared on all of the data: all of them where it is small, else the one that is best on those users by whom validation
 * judges and as many others as make up a sample. `make` gives the contenders on a set, in the same order each time.
 */
export async function withinMeans(set: TrainingSet, make: (on: TrainingSet) => Contender[], context: FitContext): Promise<Contender[]> {
  const { validate } = context;
  const contenders = make(set);
  const pairs = set.matrix.indices.length;
  if (!validate || contenders.length < 2 || pairs <= searchedWhole) return contenders;
  const chosen = new Uint8Array(set.userCount);
  for (const user of await validationUsers(set, validate)) chosen[user] = 1;
  const random = createRandom(context.seed, 'two-tower sample');
  const share = sampledPairs / pairs;
  for (let user = 0; user < set.userCount; user++) if (random.next() < share) chosen[user] = 1;
  const { set: part, rowOf } = sampleOfUsers(set, chosen);
  context.log(`Choices are compared on ${part.matrix.indices.length} of ${pairs} pairs.`);
  const phase = 'Comparing choices on a sample';
  const own: FitContext = {
    ...context,
    resume: null,
    keepEpoch: async () => {},
    checkpoint: (report) => context.checkpoint({ ...report, phase }),
    curve: (name, step, metrics) => context.curve(`${phase}: ${name}`, step, metrics),
    validate: (score) => validate((rows) => score(rows.map((row) => rowOf[row] as number))),
  };
  const compared = make(part);
  const { settled } = await trainEpochs(compared, { epochs: sampleEpochs, patience: sampleEpochs, scheduleEpochs: 0 }, own);
  return contenders.filter((_, i) => compared[i]?.settled === settled);
}
