import type { Matrix, NamedArray } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { BagWriter } from './bags.ts';
import { createAlgebra } from './create-algebra.ts';
import { scoreByItems } from './factorised.ts';
import { inBatchSoftmax } from './in-batch-softmax.ts';
import type { TrainingSet } from './model.ts';
import { createNegatives, type Negatives } from './negatives.ts';
import { createTower, listed, type Tower } from './tower.ts';
import type { Learner } from './train-epochs.ts';
import { assertTargetsUnseen, createHistories, type Histories, recentBefore } from './two-tower-examples.ts';
import { createTowerLayout, frozenVectors } from './two-tower-layout.ts';
import { savedArrays } from './two-tower-saved.ts';

export interface TowerSettings {
  dimensions: number;
  hidden: number[];
  /** How many recent items go into the user tower, and how much less each older one counts. */
  recentItems: number;
  recentDecay: number;
  temperature: number;
  batchSize: number;
  negatives: Negatives;
  extraNegatives: number;
  logQ: boolean;
  eventWeights: boolean;
  /** Share of a batch's items that are known by their attributes alone. */
  idDropout: number;
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

/** Both towers while they learn. */
export function createTowers(set: TrainingSet, examples: Examples, settings: TowerSettings, random: Random): Learner {
  const { algebra, createTable } = createAlgebra();
  const { dimensions, hidden, recentItems, recentDecay, temperature, batchSize, logQ, eventWeights, idDropout } = settings;
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

  /** Unit vectors of what `write` puts into bags, and how long they were before. */
  function embed(rows: Int32Array, write: (entity: number) => void, tower: Tower): Matrix & { lengths: Float32Array } {
    const data = new Float32Array(rows.length * dimensions);
    const lengths = new Float32Array(rows.length);
    for (let begin = 0; begin < rows.length; begin += embedBlock) {
      const block = rows.subarray(begin, begin + embedBlock);
      writer.clear();
      for (const entity of block) write(entity);
      const [vectors, squares] = algebra.scope(() => {
        const { output } = tower.forward(table.sums(writer.bags()), block);
        const sums = algebra.add(algebra.rowSums(algebra.multiply(output, output)), 1e-12);
        return [algebra.read(algebra.multiply(output, algebra.rsqrt(sums))), algebra.read(sums)] as const;
      });
      data.set(vectors, begin * dimensions);
      lengths.set(squares.map(Math.sqrt), begin);
    }
    return { rows: rows.length, columns: dimensions, data, lengths };
  }

  const embedUsers = (rows: Int32Array): ReturnType<typeof embed> =>
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

  return {
    exampleCount,
    stepsPerEpoch,
    async trainEpoch({ random: chance, rate, onStep }) {
      for (let i = 0; i < exampleCount; i++) order[i] = i;
      chance.shuffle(order);
      let total = 0;
      for (let at = 0; at < stepsPerEpoch; at++) {
        const end = Math.min((at + 1) * batchSize, exampleCount);
        const loss = step(order.subarray(at * batchSize, end), rate(at), chance);
        total += loss;
        await onStep(end, loss);
      }
      return total / Math.max(exampleCount, 1);
    },
    scorer: async () => scoreByItems(embedItems(), embedUsers),
    async snapshot() {
      const users = embedUsers(rowsUpTo(set.userCount));
      return savedArrays({
        users,
        // Above hidden layers, a vector does not tell what went in.
        lengths: recentItems > 0 && hidden.length === 0 ? users.lengths : null,
        items: embedItems(),
        temperature,
        foldIn: {
          inputs: recentItems === 0 ? null : tableRows(layout.firstItem, set.itemCount),
          layers: userTower.layers(),
          recentItems,
          recentDecay,
        },
        newItems: {
          attributes: tableRows(layout.firstItemAttribute, layout.items.rows),
          moments: layout.items.moments,
          layers: itemTower.layers(),
          projection: itemTower.projection(),
        },
      });
    },
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
