import type { Tensor2D } from '@tensorflow/tfjs-core';
import { EngineError } from '#contract/errors';
import type { Matrix } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { BagWriter } from './bags.ts';
import { createEmbeddingTable, type EmbeddingTable } from './embedding-table.ts';
import { inBatchSoftmax, logInclusion } from './in-batch-softmax.ts';
import type { TrainingSet } from './model.ts';
import { tensorFlow } from './tensorflow.ts';
import { createTowerLayers, type TowerLayers } from './tower-layers.ts';
import { createHistories, type Histories, recentBefore } from './two-tower-examples.ts';
import { createTowerLayout, type TowerLayout } from './two-tower-layout.ts';

export interface TowerSettings {
  dimensions: number;
  hidden: number[];
  recentItems: number;
  temperature: number;
  learningRate: number;
  batchSize: number;
  logQ: boolean;
  idDropout: number;
  regularization: number;
  idScale: number;
  attributeScale: number;
  recency: number;
  weighting: number;
}

/** Both towers while they learn. */
export interface Towers {
  layout: TowerLayout;
  histories: Histories;
  /** Passes over all examples, shuffled; returns the mean loss. `onBatch` is called with the examples done so far. */
  trainEpoch(onBatch: (done: number) => Promise<void>): Promise<number>;
  /** Unit vectors of these users as they are now, with all that they met as their history. */
  embedUsers(rows: Int32Array): Matrix;
  embedItems(): Matrix;
  save(): { table: Float32Array; userLayers: ReturnType<TowerLayers['read']>; itemLayers: ReturnType<TowerLayers['read']> };
  dispose(): void;
}

/** Entities embedded at a time when nothing is learned. */
const embedBlock = 8192;

/** Standard deviation of a fresh embedding's values times √dimensions. */
const initialNorm = 1;

export function createTowers(set: TrainingSet, settings: TowerSettings, random: Random): Towers {
  const { tf } = tensorFlow();
  const { dimensions, hidden, recentItems, temperature, learningRate, batchSize, logQ, idDropout, regularization, idScale, attributeScale, recency, weighting } = settings;
  const layout = createTowerLayout(set.userFeatures, set.itemFeatures, set.userCount, set.itemCount, recency);
  const histories = createHistories(set);
  const exampleCount = histories.items.length;
  const userOf = new Int32Array(exampleCount);
  for (let user = 0; user < set.userCount; user++) userOf.fill(user, histories.offsets[user], histories.offsets[user + 1]);

  const values = random.fork('table');
  const deviation = initialNorm / Math.sqrt(dimensions);
  const initial = Float32Array.from({ length: layout.rows * dimensions }, (_, at) => {
    const row = Math.floor(at / dimensions);
    const isId = row < set.userCount || (row >= layout.firstItem && row < layout.firstItem + set.itemCount);
    return values.normal() * deviation * (isId ? idScale : attributeScale);
  });
  const table: EmbeddingTable = createEmbeddingTable(initial, dimensions);
  const userLayers = createTowerLayers(hidden, dimensions, random.fork('user layers'));
  const itemLayers = createTowerLayers(hidden, dimensions, random.fork('item layers'));

  const frequency = new Float64Array(set.itemCount);
  for (const item of histories.items) frequency[item] = (frequency[item] as number) + 1;
  const correction = Float32Array.from(frequency, (count) => (logQ && count > 0 ? logInclusion(count / exampleCount, batchSize) : 0));
  const meanWeight = histories.weights.reduce((sum, weight) => sum + weight, 0) / Math.max(exampleCount, 1);

  const order = Int32Array.from({ length: exampleCount }, (_, i) => i);
  const shuffles = random.fork('order');
  const drops = random.fork('dropout');
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
      weights[i] = meanWeight > 0 ? ((histories.weights[at] as number) / meanWeight) ** weighting : 1;
      const user = userOf[at] as number;
      const from = recentBefore(histories, user, at, recentItems);
      const dropped = idDropout > 0 && at > from && drops.next() < idDropout;
      layout.writeUser(writer, dropped ? -1 : user, histories.items, from, at);
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
      lookup.apply(tf.concat([userSide.input, itemSide.input], 0) as Tensor2D, learningRate, regularization);
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

  return {
    layout,
    histories,
    async trainEpoch(onBatch) {
      shuffles.shuffle(order);
      let total = 0;
      for (let begin = 0; begin < exampleCount; begin += batchSize) {
        const end = Math.min(begin + batchSize, exampleCount);
        const loss = step(order.subarray(begin, end));
        if (!Number.isFinite(loss)) {
          throw new EngineError(
            'diverged',
            `The training diverged: the loss became ${loss} after ${end} examples. Choose a smaller learning rate (now ${learningRate}) or a higher temperature (now ${temperature}).`,
            { learningRate, temperature },
          );
        }
        total += loss;
        await onBatch(end);
      }
      return total / Math.max(exampleCount, 1);
    },
    embedUsers: (rows) =>
      embed(
        rows.length,
        (i) => {
          const user = rows[i] as number;
          const end = histories.offsets[user + 1] as number;
          layout.writeUser(writer, user, histories.items, recentBefore(histories, user, end, recentItems), end);
        },
        userLayers,
      ),
    embedItems: () => embed(set.itemCount, (item) => layout.writeItem(writer, item), itemLayers),
    save: () => ({ table: table.read(), userLayers: userLayers.read(), itemLayers: itemLayers.read() }),
    dispose() {
      table.dispose();
      userLayers.dispose();
      itemLayers.dispose();
    },
  };
}
