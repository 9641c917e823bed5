import type { Random } from '../math/random.ts';
import { BagWriter } from './bags.ts';
import { scoreByItems } from './factorised.ts';
import { inBatchSoftmax } from './in-batch-softmax.ts';
import { type BlockSettings, type Mask, runBlocks } from './sasrec-blocks.ts';
import { createColumnMaker } from './sasrec-columns.ts';
import { createSasrecNetwork } from './sasrec-network.ts';
import { batchesOf, cutHistories, type Stretch } from './sasrec-sequences.ts';
import type { Learner } from './train-epochs.ts';
import type { Histories } from './two-tower-examples.ts';

export interface SasrecSettings extends BlockSettings {
  temperature: number;
  /** A position is to predict one of so many items that come next. */
  horizon: number;
  dropout: number;
  learningRate: number;
  itemLearningRate: number;
  batchSize: number;
  negatives: number;
}

/** SASRec while it learns; its snapshots are copies of the network. */
export function createSasrecLearner(histories: Histories, itemCount: number, settings: SasrecSettings, random: Random): Learner {
  const { dimensions, maxLength, temperature, horizon, dropout, learningRate, itemLearningRate, batchSize } = settings;
  const network = createSasrecNetwork(histories, itemCount, settings, random);
  const { algebra, table, weights } = network;
  const columnsOf = createColumnMaker(histories, itemCount, settings);
  const { offsets, items } = histories;
  const exampleCount = items.length;
  const stepsPerEpoch = Math.max(1, Math.ceil(exampleCount / batchSize));
  const writer = new BagWriter();

  function masks(chance: Random): Mask {
    if (dropout === 0) return null;
    const kept = 1 / (1 - dropout);
    const least = Math.round(dropout * 65_536);
    return (rows) => {
      const mask = new Float32Array(rows * dimensions);
      for (let i = 0; i < mask.length; ) {
        // Three numbers of 16 bits from one of 48: a step draws hundreds of thousands.
        let bits = chance.next() * 281_474_976_710_656;
        for (let part = 0; part < 3 && i < mask.length; part++) {
          if ((bits & 65_535) >= least) mask[i] = kept;
          bits /= 65_536;
          i++;
        }
      }
      return algebra.tensor(mask, [rows, dimensions]);
    };
  }

  /** What each position is to predict: one of the next `horizon` items; −1 where a shorter stretch is filled up. */
  function targetsOf(batch: Stretch[], length: number, chance: Random): Int32Array {
    const targets = new Int32Array(batch.length * length).fill(-1);
    batch.forEach(({ user, from, to }, i) => {
      const end = offsets[user + 1] as number;
      for (let at = from; at < to; at++) {
        const ahead = horizon === 1 ? 0 : chance.integer(Math.min(horizon, end - at));
        targets[i * length + at - from] = items[at + ahead] as number;
      }
    });
    return targets;
  }

  /** One step on some stretches; returns the summed loss. */
  function step(batch: Stretch[], rate: number, chance: Random): number {
    const length = batch.reduce((longest, { from, to }) => Math.max(longest, to - from), 0);
    const rows = batch.length * length;
    const targets = targetsOf(batch, length, chance);
    const { items: columns, ...told } = columnsOf(batch, length, targets, chance);
    writer.clear();
    network.writeInputs(writer, batch, length);
    for (const item of columns) {
      writer.add(item, 1);
      writer.next();
    }
    return algebra.scope(() => {
      const lookup = table.lookup(writer.bags());
      const shape = { count: batch.length, length };
      const inputs = algebra.rows(lookup.vectors, 0, rows);
      const blocks = runBlocks(algebra, network.tensors(), settings, shape, inputs, masks(chance));
      const { loss, gradient } = inBatchSoftmax(algebra, {
        vectors: algebra.stack([blocks.output, algebra.rows(lookup.vectors, rows, columns.length)]),
        ...told,
        weights: Float32Array.from(targets, (item) => (item < 0 ? 0 : 1)),
        temperature,
      });
      const back = blocks.backward(algebra.rows(gradient, 0, rows));
      // The rates of both rise and fall together.
      const itemRate = (rate / learningRate) * itemLearningRate;
      lookup.apply(algebra.stack([back.input, algebra.rows(gradient, rows, columns.length)]), itemRate);
      weights.apply(
        back.gradients.map((tensor) => algebra.read(tensor)),
        rate,
      );
      return algebra.read(loss)[0] as number;
    });
  }

  return {
    exampleCount,
    stepsPerEpoch,
    async trainEpoch({ random: chance, rate, onStep }) {
      let [total, done] = [0, 0];
      for (const batch of batchesOf(cutHistories(histories, maxLength, chance), batchSize, chance)) {
        // Batches are not all full: how far the epoch is, and not how many there were, says where the rate is.
        const loss = step(batch, rate(Math.floor((done / exampleCount) * stepsPerEpoch)), chance);
        total += loss;
        done += batch.reduce((sum, { from, to }) => sum + to - from, 0);
        await onStep(done, loss);
      }
      return total / Math.max(exampleCount, 1);
    },
    scorer: async () => scoreByItems(network.embedItems().vectors, network.embedUsers),
    snapshot: async () => network.copy(),
    state: () => ({
      ...weights.state(),
      table: { shape: [table.values.length], data: table.values },
      squares: { shape: [table.squares.length], data: table.squares },
    }),
    restore(state) {
      weights.restore(state);
      table.values.set(state.table?.data as Float32Array);
      table.squares.set(state.squares?.data as Float32Array);
    },
    dispose: network.dispose,
  };
}
