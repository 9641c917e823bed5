import { EngineError } from '#contract/errors';
import type { Matrix } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { BagWriter } from './bags.ts';
import { createAlgebra } from './create-algebra.ts';
import { inBatchSoftmax, inclusionCorrection } from './in-batch-softmax.ts';
import type { TrainingSet } from './model.ts';
import { createTowerLayers, type TowerLayers } from './tower-layers.ts';
import { createHistories, recentBefore } from './two-tower-examples.ts';
import type { FoldInParts } from './two-tower-fold-in.ts';
import { createTowerLayout } from './two-tower-layout.ts';

export interface TowerSettings {
  dimensions: number;
  hidden: number[];
  /** How many recent items go into the user tower, and how much less each older one counts. */
  recentItems: number;
  recentDecay: number;
  temperature: number;
  learningRate: number;
  batchSize: number;
  logQ: boolean;
  eventWeights: boolean;
}

export interface Snapshot {
  epoch: number;
  users: Matrix;
  items: Matrix;
  foldIn: FoldInParts;
}

/** Both towers while they learn. */
export interface Towers {
  exampleCount: number;
  /** Passes over all examples, shuffled; returns the mean loss. `onBatch` is called with the examples done so far. */
  trainEpoch(onBatch: (done: number) => Promise<void>): Promise<number>;
  /** Unit vectors of these users as they are now, with all that they met as their history. */
  embedUsers(rows: Int32Array): Matrix;
  embedItems(): Matrix;
  /** All that is kept of them, as they are now. */
  snapshot(epoch: number): Snapshot;
  dispose(): void;
}

/** Entities embedded at a time when nothing is learned. */
const embedBlock = 8192;

export function createTowers(set: TrainingSet, settings: TowerSettings, random: Random): Towers {
  const { algebra, createTable } = createAlgebra();
  const { dimensions, hidden, recentItems, recentDecay, temperature, learningRate, batchSize, logQ, eventWeights } = settings;
  const layout = createTowerLayout(set.userFeatures, set.itemFeatures, set.userCount, set.itemCount, recentDecay);
  const histories = createHistories(set);
  const exampleCount = histories.items.length;
  const userOf = new Int32Array(exampleCount);
  for (let user = 0; user < set.userCount; user++) userOf.fill(user, histories.offsets[user], histories.offsets[user + 1]);

  const values = random.fork('table');
  // A fresh embedding has about unit length.
  const deviation = 1 / Math.sqrt(dimensions);
  const table = createTable(layout.rows, dimensions);
  for (let at = 0; at < table.values.length; at++) table.values[at] = values.normal() * deviation;
  const userLayers = createTowerLayers(algebra, hidden, dimensions, random.fork('user layers'));
  const itemLayers = createTowerLayers(algebra, hidden, dimensions, random.fork('item layers'));

  const frequency = new Float64Array(set.itemCount);
  for (const item of histories.items) frequency[item] = (frequency[item] as number) + 1;
  const correction = Float32Array.from(frequency, (count) =>
    logQ && count > 0 ? inclusionCorrection(count / exampleCount, batchSize) : 1,
  );
  const meanWeight = histories.weights.reduce((sum, weight) => sum + weight, 0) / Math.max(exampleCount, 1);

  const order = Int32Array.from({ length: exampleCount }, (_, i) => i);
  const shuffles = random.fork('order');
  const writer = new BagWriter();
  const columnOf = new Int32Array(set.itemCount).fill(-1);

  /** One step on some examples; returns the summed loss. */
  function step(examples: Int32Array): number {
    const count = examples.length;
    const own = new Int32Array(count);
    const weights = new Float32Array(count);
    const items: number[] = [];
    writer.clear();
    for (let i = 0; i < count; i++) {
      const at = examples[i] as number;
      const item = histories.items[at] as number;
      if (columnOf[item] === -1) columnOf[item] = items.push(item) - 1;
      own[i] = columnOf[item] as number;
      weights[i] = eventWeights && meanWeight !== 0 ? (histories.weights[at] as number) / meanWeight : 1;
      const user = userOf[at] as number;
      layout.writeUser(writer, user, histories.items, recentBefore(histories, user, at, recentItems), at);
    }
    const corrections = new Float32Array(items.length);
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as number;
      layout.writeItem(writer, item);
      corrections[i] = correction[item] as number;
      columnOf[item] = -1;
    }
    return algebra.scope(() => {
      const lookup = table.lookup(writer.bags());
      const batch = { own, weights, corrections, temperature };
      if (hidden.length === 0) {
        const { loss, gradient } = inBatchSoftmax(algebra, { vectors: lookup.vectors, ...batch });
        lookup.apply(gradient, learningRate);
        return algebra.read(loss)[0] as number;
      }
      const users = userLayers.forward(algebra.rows(lookup.vectors, 0, count));
      const candidates = itemLayers.forward(algebra.rows(lookup.vectors, count, items.length));
      const { loss, gradient } = inBatchSoftmax(algebra, { vectors: algebra.stack([users.output, candidates.output]), ...batch });
      const userSide = users.backward(algebra.rows(gradient, 0, count));
      const itemSide = candidates.backward(algebra.rows(gradient, count, items.length));
      lookup.apply(algebra.stack([userSide.input, itemSide.input]), learningRate);
      userLayers.apply(userSide.gradients, learningRate);
      itemLayers.apply(itemSide.gradients, learningRate);
      return algebra.read(loss)[0] as number;
    });
  }

  /** Unit vectors of what `write` puts into bags. */
  function embed(count: number, write: (position: number) => void, layers: TowerLayers): Matrix {
    const data = new Float32Array(count * dimensions);
    for (let begin = 0; begin < count; begin += embedBlock) {
      const end = Math.min(begin + embedBlock, count);
      writer.clear();
      for (let i = begin; i < end; i++) write(i);
      const vectors = algebra.scope(() => {
        const { output } = layers.forward(table.lookup(writer.bags()).vectors);
        const lengths = algebra.rowSums(algebra.multiply(output, output));
        return algebra.read(algebra.multiply(output, algebra.rsqrt(algebra.add(lengths, 1e-12))));
      });
      data.set(vectors, begin * dimensions);
    }
    return { rows: count, columns: dimensions, data };
  }

  const diverged = (sign: string): EngineError =>
    new EngineError(
      'diverged',
      `The training diverged: ${sign}. Choose a smaller learning rate (now ${learningRate}) or a higher temperature (now ${temperature}).`,
      { learningRate, temperature },
    );
  const embedUsers = (rows: Int32Array): Matrix =>
    embed(
      rows.length,
      (i) => {
        const user = rows[i] as number;
        const end = histories.offsets[user + 1] as number;
        layout.writeUser(writer, user, histories.items, recentBefore(histories, user, end, recentItems), end);
      },
      userLayers,
    );
  const embedItems = (): Matrix => embed(set.itemCount, (item) => layout.writeItem(writer, item), itemLayers);

  function snapshot(epoch: number): Snapshot {
    const ids =
      recentItems === 0 ? null : table.values.slice(layout.firstItem * dimensions, (layout.firstItem + set.itemCount) * dimensions);
    const inputs = ids && { rows: set.itemCount, columns: dimensions, data: ids };
    const all = Int32Array.from({ length: set.userCount }, (_, user) => user);
    const [users, items] = [embedUsers(all), embedItems()];
    // The last step of an epoch has no loss after it that would show what it did.
    for (const { data } of [users, items]) if (!data.every(Number.isFinite)) throw diverged('a vector is not finite');
    return { epoch, users, items, foldIn: { inputs, layers: userLayers.read(), recentItems, recentDecay } };
  }

  return {
    exampleCount,
    async trainEpoch(onBatch) {
      shuffles.shuffle(order);
      let total = 0;
      for (let begin = 0; begin < exampleCount; begin += batchSize) {
        const end = Math.min(begin + batchSize, exampleCount);
        const loss = step(order.subarray(begin, end));
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
    dispose() {
      userLayers.dispose();
      itemLayers.dispose();
      algebra.dispose();
    },
  };
}
