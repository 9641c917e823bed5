import type { Matrix, NamedArrays } from '../math/arrays.ts';
import type { Random } from '../math/random.ts';
import { type AdamWeights, createAdamWeights } from './adam-weights.ts';
import type { Algebra, Dense } from './algebra.ts';
import { BagWriter } from './bags.ts';
import { createAlgebra } from './create-algebra.ts';
import type { EmbeddingTable } from './embedding-table.ts';
import { type BlockSettings, blockShapes, initialWeight, runBlocks } from './sasrec-blocks.ts';
import { type Stretch, untilNow } from './sasrec-sequences.ts';
import type { Histories } from './two-tower-examples.ts';

/** The items and the blocks as they are now, and what they make of users. */
export interface SasrecNetwork {
  algebra: Algebra;
  /** A row an item, and one more: what stands before the first item of a history. */
  table: EmbeddingTable;
  weights: AdamWeights;
  /** The weights as tensors of the scope that is open. */
  tensors(): (name: string) => Dense;
  /** Writes what the places of some stretches see, `length` bags each, those beyond a stretch's end empty. */
  writeInputs(writer: BagWriter, batch: Stretch[], length: number): void;
  /** Unit vectors of users as of after their last item. */
  embedUsers(rows: Int32Array): Matrix;
  /** Unit vectors of the items, and the lengths that they have in the table. */
  embedItems(): { vectors: Matrix; lengths: Float32Array };
  /** A copy of what the network consists of, and back. */
  copy(): NamedArrays;
  restore(copy: NamedArrays): void;
  /** What a fitted model is made of: everybody's vectors, and what it takes to embed somebody new. Where `onUsers` throws, it stops. */
  save(onUsers: (done: number, total: number) => Promise<void>): Promise<NamedArrays>;
  dispose(): void;
}

/** Rows of sequences that are embedded at a time. */
const embedRows = 16_384;
/** Users that are embedded between two places to stop. */
const usersAtATime = 1024;

/** A network as it starts. */
export function createSasrecNetwork(histories: Histories, itemCount: number, settings: BlockSettings, random: Random): SasrecNetwork {
  const { dimensions, maxLength } = settings;
  const { algebra, createTable } = createAlgebra();
  const { offsets, items } = histories;
  const userCount = offsets.length - 1;
  const writer = new BagWriter();

  const table = createTable(itemCount + 1, dimensions);
  const values = random.fork('items');
  // A fresh embedding has about unit length.
  for (let at = 0; at < table.values.length; at++) table.values[at] = values.normal() / Math.sqrt(dimensions);
  const weights = createAdamWeights(blockShapes(settings));
  const drawn = random.fork('blocks');
  for (const name of weights.names) initialWeight(name, weights.get(name), drawn);

  function tensors(): (name: string) => Dense {
    const made = new Map<string, Dense>();
    return (name) => {
      const known = made.get(name);
      if (known) return known;
      const { shape, values: now } = weights.get(name);
      const tensor = algebra.tensor(now.slice(), shape);
      made.set(name, tensor);
      return tensor;
    };
  }

  function writeInputs(into: BagWriter, batch: Stretch[], length: number): void {
    for (const { user, from, to } of batch) {
      for (let at = from; at < from + length; at++) {
        if (at < to) into.add(at === offsets[user] ? itemCount : (items[at - 1] as number), 1);
        into.next();
      }
    }
  }

  /** Vectors of what comes after some stretches, `length` the longest. */
  function embed(batch: Stretch[], length: number): Float32Array {
    writer.clear();
    writeInputs(writer, batch, length);
    const ends = Int32Array.from(batch, ({ from, to }, i) => i * length + to - from - 1);
    return algebra.scope(() => {
      const shape = { count: batch.length, length };
      const { output } = runBlocks(algebra, tensors(), settings, shape, table.sums(writer.bags()), null);
      const last = algebra.pick(output, ends);
      const squares = algebra.rowSums(algebra.multiply(last, last));
      return algebra.read(algebra.multiply(last, algebra.rsqrt(algebra.add(squares, 1e-12))));
    });
  }

  function embedUsers(rows: Int32Array): Matrix {
    const data = new Float32Array(rows.length * dimensions);
    const lengthOf = ({ from, to }: Stretch): number => to - from;
    // Those of about one length together, so that little is filled up.
    const all = Array.from(rows, (user, row) => ({ row, ...untilNow(histories, user, maxLength) })).sort(
      (a, b) => lengthOf(a) - lengthOf(b),
    );
    for (let begin = 0; begin < all.length; ) {
      let end = begin + 1;
      while (end < all.length && (end + 1 - begin) * lengthOf(all[end] as Stretch) <= embedRows) end++;
      const batch = all.slice(begin, end);
      const vectors = embed(batch, lengthOf(batch.at(-1) as Stretch));
      batch.forEach(({ row }, i) => {
        data.set(vectors.subarray(i * dimensions, (i + 1) * dimensions), row * dimensions);
      });
      begin = end;
    }
    return { rows: rows.length, columns: dimensions, data };
  }

  function embedItems(): { vectors: Matrix; lengths: Float32Array } {
    const data = table.values.slice(0, itemCount * dimensions);
    const lengths = new Float32Array(itemCount);
    for (let item = 0; item < itemCount; item++) {
      const vector = data.subarray(item * dimensions, (item + 1) * dimensions);
      const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0)) || 1;
      lengths[item] = length;
      for (let d = 0; d < dimensions; d++) vector[d] = (vector[d] as number) / length;
    }
    return { vectors: { rows: itemCount, columns: dimensions, data }, lengths };
  }

  return {
    algebra,
    table,
    weights,
    tensors,
    writeInputs,
    embedUsers,
    embedItems,
    copy: () => ({
      table: { shape: [itemCount + 1, dimensions], data: table.values.slice() },
      weights: { shape: [weights.all.length], data: weights.all.slice() },
    }),
    restore(copy) {
      table.values.set(copy.table?.data as Float32Array);
      weights.all.set(copy.weights?.data as Float32Array);
    },
    async save(onUsers) {
      const { vectors, lengths } = embedItems();
      const data = new Float32Array(userCount * dimensions);
      for (let from = 0; from < userCount; from += usersAtATime) {
        await onUsers(from, userCount);
        const rows = Int32Array.from({ length: Math.min(usersAtATime, userCount - from) }, (_, i) => from + i);
        data.set(embedUsers(rows).data, from * dimensions);
      }
      const arrays: NamedArrays = {
        'user.embedding': { shape: [userCount, dimensions], data },
        'item.embedding': { shape: [itemCount, dimensions], data: vectors.data },
        'item.length': { shape: [itemCount], data: lengths },
        start: { shape: [dimensions], data: table.values.slice(itemCount * dimensions) },
      };
      for (const name of weights.names) {
        const { shape, values: now } = weights.get(name);
        arrays[`block.${name}`] = { shape, data: now.slice() };
      }
      return arrays;
    },
    dispose: () => algebra.dispose(),
  };
}
