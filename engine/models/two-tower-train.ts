import type { Tensor2D } from '@tensorflow/tfjs-core';
import { EngineError } from '#contract/errors';
import type { Matrix } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { BagWriter } from './bags.ts';
import { createEmbeddingTable } from './create-embedding-table.ts';
import type { EmbeddingTable } from './embedding-table.ts';
import { inBatchSoftmax, inclusionCorrection } from './in-batch-softmax.ts';
import type { TrainingSet } from './model.ts';
import { tensorFlow } from './tensorflow.ts';
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
  const { tf } = tensorFlow();
  const { dimensions, hidden, recentItems, recentDecay, temperature, learningRate, batchSize, logQ, eventWeights } = settings;
  const layout = createTowerLayout(set.userFeatures, set.itemFeatures, set.userCount, set.itemCount, recentDecay);
  const histories = createHistories(set);
  const exampleCount = histories.items.length;
  const userOf = new Int32Array(exampleCount);
  for (let user = 0; user < set.userCount; user++) userOf.fill(user, histories.offsets[user], histories.offsets[user + 1]);

  const values = random.fork('table');
  // A fresh embedding has about unit length.
  const deviation = 1 / Math.sqrt(dimensions);
  const initial = Float32Array.from({ length: layout.rows * dimensions }, () => values.normal() * deviation);
  const table: EmbeddingTable = createEmbeddingTable(initial, dimensions);
  const userLayers = createTowerLayers(hidden, dimensions, random.fork('user layers'));
  const itemLayers = createTowerLayers(hidden, dimensions, random.fork('item layers'));

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
    const own = new Int32Array(examples.length);
    const weights = new Float32Array(examples.length);
    const items: number[] = [];
    writer.clear();
    examples.forEach((at, i) => {
      const item = histories.items[at] as number;
      if (columnOf[item] === -1) columnOf[item] = items.push(item) - 1;
      own[i] = columnOf[item] as number;
      weights[i] = eventWeights && meanWeight !== 0 ? (histories.weights[at] as number) / meanWeight : 1;
      const user = userOf[at] as number;
      const from = recentBefore(histories, user, at, recentItems);
      layout.writeUser(writer, user, histories.items, from, at);
    });
    for (const item of items) {
      layout.writeItem(writer, item);
      columnOf[item] = -1;
    }
    const corrections = Float32Array.from(items, (item) => correction[item] as number);
    const lookup = table.lookup(writer.bags());
    const loss = tf.tidy(() => {
      const users = userLayers.forward(tf.slice(lookup.vectors, [0, 0], [examples.length, dimensions]) as Tensor2D);
      const candidates = itemLayers.forward(tf.slice(lookup.vectors, [examples.length, 0], [items.length, dimensions]) as Tensor2D);
      const result = inBatchSoftmax({ users: users.output, items: candidates.output, own, weights, corrections, temperature });
      const userSide = users.backward(result.users);
      const itemSide = candidates.backward(result.items);
      lookup.apply(tf.concat([userSide.input, itemSide.input], 0) as Tensor2D, learningRate);
      userLayers.apply(userSide.gradients, learningRate);
      itemLayers.apply(itemSide.gradients, learningRate);
      return result.loss.dataSync()[0] as number;
    });
    lookup.vectors.dispose();
    return loss;
  }

  /** Unit vectors of what `write` puts into bags. */
  function embed(count: number, write: (position: number) => void, layers: TowerLayers): Matrix {
    const data = new Float32Array(count * dimensions);
    for (let begin = 0; begin < count; begin += embedBlock) {
      const end = Math.min(begin + embedBlock, count);
      writer.clear();
      for (let i = begin; i < end; i++) write(i);
      const lookup = table.lookup(writer.bags());
      lookup.release();
      // Nothing is returned from `tidy`: it would look for tensors in every element of the array.
      tf.tidy(() => {
        const output = layers.forward(lookup.vectors).output;
        data.set(tf.mul(output, tf.rsqrt(tf.add(tf.sum(tf.square(output), 1, true), 1e-12))).dataSync(), begin * dimensions);
      });
      lookup.vectors.dispose();
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
      recentItems === 0 ? null : table.read().slice(layout.firstItem * dimensions, (layout.firstItem + set.itemCount) * dimensions);
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
      table.dispose();
      userLayers.dispose();
      itemLayers.dispose();
    },
  };
}
