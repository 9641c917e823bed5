import { EngineError } from '#contract/errors';
import type { Matrix, NamedArray, NamedArrays } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { createRandom } from '../math/random.ts';
import { BagWriter } from './bags.ts';
import { createAlgebra } from './create-algebra.ts';
import { inBatchSoftmax } from './in-batch-softmax.ts';
import type { TrainingSet } from './model.ts';
import { createNegatives, type Negatives } from './negatives.ts';
import { createTower, listed, type Tower } from './tower.ts';
import { assertTargetsUnseen, createHistories, type Histories, recentBefore } from './two-tower-examples.ts';
import type { FoldInParts } from './two-tower-fold-in.ts';
import { createTowerLayout, frozenVectors } from './two-tower-layout.ts';
import type { NewItemParts } from './two-tower-new-items.ts';

export interface TowerSettings {
  dimensions: number;
  hidden: number[];
  /** How many recent items go into the user tower, and how much less each older one counts. */
  recentItems: number;
  recentDecay: number;
  temperature: number;
  learningRate: number;
  /** Steps in which the learning rate rises to its full height, and what it is multiplied by after each epoch. */
  warmUp: number;
  decay: number;
  batchSize: number;
  negatives: Negatives;
  extraNegatives: number;
  logQ: boolean;
  eventWeights: boolean;
  /** Share of a batch's items that are known by their attributes alone. */
  idDropout: number;
}

export interface Snapshot {
  epoch: number;
  users: Matrix;
  items: Matrix;
  foldIn: FoldInParts;
  newItems: NewItemParts;
}

/** Both towers while they learn. */
export interface Towers {
  exampleCount: number;
  /** Passes over all examples, shuffled; returns the mean loss. `onBatch` is called with the examples done so far. */
  trainEpoch(epoch: number, onBatch: (done: number) => Promise<void>): Promise<number>;
  /** Unit vectors of these users as they are now, with all that they met as their history. */
  embedUsers(rows: Int32Array): Matrix;
  embedItems(): Matrix;
  /** All that is kept of them, as they are now. */
  snapshot(epoch: number): Snapshot;
  /** All that training goes on from, and back again. */
  state(): NamedArrays;
  restore(arrays: NamedArrays): void;
  dispose(): void;
}

/** Entities embedded at a time when nothing is learned. */
const embedBlock = 8192;

/** What all towers on one set share: who met what, and how often each item was met. */
export interface Examples {
  histories: Histories;
  userOf: Int32Array;
  frequency: Float64Array;
}

/** Histories, checked: no user tower sees the item that it is to predict. */
export function createExamples(set: TrainingSet): Examples {
  const histories = createHistories(set);
  assertTargetsUnseen(histories, set.itemCount);
  const userOf = new Int32Array(histories.items.length);
  for (let user = 0; user < set.userCount; user++) userOf.fill(user, histories.offsets[user], histories.offsets[user + 1]);
  const frequency = new Float64Array(set.itemCount);
  for (const item of histories.items) frequency[item] = (frequency[item] as number) + 1;
  return { histories, userOf, frequency };
}

export function createTowers(set: TrainingSet, examples: Examples, settings: TowerSettings, random: Random): Towers {
  const { algebra, createTable } = createAlgebra();
  const { dimensions, hidden, recentItems, recentDecay, temperature, learningRate, batchSize, logQ, eventWeights, idDropout } = settings;
  const layout = createTowerLayout(set.userFeatures, set.itemFeatures, set.userCount, set.itemCount, recentDecay);
  const { histories, userOf, frequency } = examples;
  const exampleCount = histories.items.length;

  const values = random.fork('table');
  // A fresh embedding has about unit length.
  const deviation = 1 / Math.sqrt(dimensions);
  const table = createTable(layout.rows, dimensions);
  for (let at = 0; at < table.values.length; at++) table.values[at] = values.normal() * deviation;
  const userTower = createTower(algebra, hidden, dimensions, frozenVectors(set.userFeatures), random.fork('user layers'));
  const itemTower = createTower(algebra, hidden, dimensions, frozenVectors(set.itemFeatures), random.fork('item layers'));
  // Each epoch has random numbers of its own: training can go on from any epoch.
  const epochSeed = random.integer(2 ** 31);

  const negatives = createNegatives(frequency, {
    kind: settings.negatives,
    extra: settings.extraNegatives,
    batchSize: Math.min(batchSize, Math.max(exampleCount, 1)),
    corrected: logQ,
  });
  const meanWeight = histories.weights.reduce((sum, weight) => sum + weight, 0) / Math.max(exampleCount, 1);

  const order = new Int32Array(exampleCount);
  const writer = new BagWriter();
  const columnOf = new Int32Array(set.itemCount).fill(-1);
  const stepsPerEpoch = Math.ceil(exampleCount / batchSize);
  const rateAt = (epoch: number, step: number): number => {
    const steps = (epoch - 1) * stepsPerEpoch + step + 1;
    return learningRate * Math.min(1, steps / Math.max(settings.warmUp, 1)) * settings.decay ** (epoch - 1);
  };

  /** One step on some examples; returns the summed loss. */
  function step(batch: Int32Array, rate: number, chance: Random): number {
    const count = batch.length;
    const own = new Int32Array(count);
    const users = new Int32Array(count);
    const weights = new Float32Array(count);
    const items: number[] = [];
    const columnFor = (item: number): number => {
      if (columnOf[item] === -1) columnOf[item] = items.push(item) - 1;
      return columnOf[item] as number;
    };
    writer.clear();
    for (let i = 0; i < count; i++) {
      const at = batch[i] as number;
      own[i] = columnFor(histories.items[at] as number);
      weights[i] = eventWeights && meanWeight !== 0 ? (histories.weights[at] as number) / meanWeight : 1;
      const user = userOf[at] as number;
      users[i] = user;
      layout.writeUser(writer, user, histories.items, recentBefore(histories, user, at, recentItems), at);
    }
    const drawn = new Set(Array.from(negatives.draw(chance), columnFor));
    const corrections = Float32Array.from(items, (item, column) => negatives.weight(item, drawn.has(column)));
    for (const item of items) {
      layout.writeItem(writer, item, idDropout === 0 || chance.next() >= idDropout);
      columnOf[item] = -1;
    }
    return algebra.scope(() => {
      const lookup = table.lookup(writer.bags());
      const loss = { own, weights, corrections, temperature };
      if (userTower.empty && itemTower.empty) {
        const { loss: sum, gradient } = inBatchSoftmax(algebra, { vectors: lookup.vectors, ...loss });
        lookup.apply(gradient, rate);
        return algebra.read(sum)[0] as number;
      }
      const userSide = userTower.forward(algebra.rows(lookup.vectors, 0, count), users);
      const itemSide = itemTower.forward(algebra.rows(lookup.vectors, count, items.length), items);
      const { loss: sum, gradient } = inBatchSoftmax(algebra, { vectors: algebra.stack([userSide.output, itemSide.output]), ...loss });
      const userBack = userSide.backward(algebra.rows(gradient, 0, count));
      const itemBack = itemSide.backward(algebra.rows(gradient, count, items.length));
      lookup.apply(algebra.stack([userBack.input, itemBack.input]), rate);
      userTower.apply(userBack.gradients, rate);
      itemTower.apply(itemBack.gradients, rate);
      return algebra.read(sum)[0] as number;
    });
  }

  /** Unit vectors of what `write` puts into bags. */
  function embed(rows: Int32Array, write: (entity: number) => void, tower: Tower): Matrix {
    const data = new Float32Array(rows.length * dimensions);
    for (let begin = 0; begin < rows.length; begin += embedBlock) {
      const block = rows.subarray(begin, begin + embedBlock);
      writer.clear();
      for (const entity of block) write(entity);
      const vectors = algebra.scope(() => {
        const { output } = tower.forward(table.sums(writer.bags()), block);
        const lengths = algebra.rowSums(algebra.multiply(output, output));
        return algebra.read(algebra.multiply(output, algebra.rsqrt(algebra.add(lengths, 1e-12))));
      });
      data.set(vectors, begin * dimensions);
    }
    return { rows: rows.length, columns: dimensions, data };
  }

  const diverged = (sign: string): EngineError =>
    new EngineError(
      'diverged',
      `The training diverged: ${sign}. Choose a smaller learning rate (now ${learningRate}) or a higher temperature (now ${temperature}).`,
      { learningRate, temperature },
    );
  const embedUsers = (rows: Int32Array): Matrix =>
    embed(
      rows,
      (user) => {
        const end = histories.offsets[user + 1] as number;
        layout.writeUser(writer, user, histories.items, recentBefore(histories, user, end, recentItems), end);
      },
      userTower,
    );
  const rowsUpTo = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);
  const embedItems = (): Matrix => embed(rowsUpTo(set.itemCount), (item) => layout.writeItem(writer, item), itemTower);
  const tableRows = (from: number, count: number): Matrix => ({
    rows: count,
    columns: dimensions,
    data: Float32Array.from(table.values.subarray(from * dimensions, (from + count) * dimensions)),
  });

  function snapshot(epoch: number): Snapshot {
    const [users, items] = [embedUsers(rowsUpTo(set.userCount)), embedItems()];
    // The last step of an epoch has no loss after it that would show what it did.
    for (const { data } of [users, items]) if (!data.every(Number.isFinite)) throw diverged('a vector is not finite');
    const inputs = recentItems === 0 ? null : tableRows(layout.firstItem, set.itemCount);
    return {
      epoch,
      users,
      items,
      foldIn: { inputs, layers: userTower.layers(), recentItems, recentDecay },
      newItems: {
        attributes: tableRows(layout.firstItemAttribute, layout.items.rows),
        moments: layout.items.moments,
        layers: itemTower.layers(),
        projection: itemTower.projection(),
      },
    };
  }

  return {
    exampleCount,
    async trainEpoch(epoch, onBatch) {
      const chance = createRandom(epochSeed, `epoch ${epoch}`);
      for (let i = 0; i < exampleCount; i++) order[i] = i;
      chance.shuffle(order);
      let total = 0;
      for (let at = 0; at < stepsPerEpoch; at++) {
        const end = Math.min((at + 1) * batchSize, exampleCount);
        const loss = step(order.subarray(at * batchSize, end), rateAt(epoch, at), chance);
        if (!Number.isFinite(loss)) {
          throw diverged(`the loss became ${loss} after ${end} examples`);
        }
        total += loss;
        await onBatch(end);
      }
      return total / Math.max(exampleCount, 1);
    },
    embedUsers,
    embedItems,
    snapshot,
    state() {
      const shape = [layout.rows, dimensions];
      const named = (name: string, arrays: NamedArray[]): [string, NamedArray][] => arrays.map((array, i) => [`${name}.${i}`, array]);
      return {
        table: { shape, data: table.values },
        squares: { shape, data: table.squares },
        ...Object.fromEntries([...named('user', userTower.state()), ...named('item', itemTower.state())]),
      };
    },
    restore(arrays) {
      table.values.set(arrays.table?.data as Float32Array);
      table.squares.set(arrays.squares?.data as Float32Array);
      userTower.restore(listed(arrays, 'user'));
      itemTower.restore(listed(arrays, 'item'));
    },
    dispose() {
      userTower.dispose();
      itemTower.dispose();
      algebra.dispose();
    },
  };
}
