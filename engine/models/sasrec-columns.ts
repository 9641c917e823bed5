import type { Random } from '../math/random.ts';
import { createNegatives } from './negatives.ts';
import type { Stretch } from './sasrec-sequences.ts';
import type { Histories } from './two-tower-examples.ts';

/** What a batch's positions are told apart by. */
export interface Columns {
  items: Int32Array;
  /** The column of what each position is to predict; 0 where it predicts nothing. */
  own: Int32Array;
  /** How much each column counts: the logQ correction where items are drawn. */
  corrections: Float32Array;
  /** For the positions `from .. from + size`: 1 where the user had not met a column's item before, else 0. */
  admitted(from: number, size: number): Float32Array;
}

/** Up to so many items a batch is told apart from all of them. */
export const wholeCatalogue = 4096;

/** Makes the columns of batches, of which each has `batchSize` positions, about; those of a batch hold until the next one. */
export function createColumnMaker(
  { offsets, items }: Histories,
  itemCount: number,
  { batchSize, negatives }: { batchSize: number; negatives: number },
): (batch: Stretch[], length: number, targets: Int32Array, chance: Random) => Columns {
  const frequency = new Float64Array(itemCount);
  for (const item of items) frequency[item] = (frequency[item] as number) + 1;
  const sampler = createNegatives(frequency, {
    kind: 'mixed',
    extra: negatives,
    batchSize: Math.min(batchSize, Math.max(items.length, 1)),
    corrected: true,
  });
  const everything = itemCount <= wholeCatalogue ? Int32Array.from({ length: itemCount }, (_, item) => item) : null;
  const columnOf = new Int32Array(itemCount).fill(-1);
  /** The columns of the latest batch, which are asked for until the next one. */
  let latest: Int32Array = new Int32Array(0);
  if (everything) columnOf.set(everything);

  /** Those of the batch, each once, and drawn ones. */
  function drawColumns(targets: Int32Array, chance: Random): Int32Array {
    const columns: number[] = [];
    const add = (item: number): void => {
      if (columnOf[item] === -1) columnOf[item] = columns.push(item) - 1;
    };
    for (const item of targets) if (item >= 0) add(item);
    for (const item of sampler.draw(chance)) add(item);
    return Int32Array.from(columns);
  }

  /** What the places of one stretch may choose from, a row each, row by row: each has met one item more than the one before it. */
  function writeAdmitted(mask: Float32Array, columns: number, row: number, place: number, { user, from, to }: Stretch): void {
    const admitted = mask.subarray(row * columns, (row + 1) * columns);
    // What fills up a shorter stretch predicts nothing; it only must not be without any column.
    const filling = from + place >= to;
    const follows = row > 0 && place > 0 && !filling;
    if (follows) admitted.set(mask.subarray((row - 1) * columns, row * columns));
    else admitted.fill(1);
    const met = filling ? from + place : follows ? from + place - 1 : (offsets[user] as number);
    for (let at = met; at < from + place; at++) {
      const column = columnOf[items[at] as number] as number;
      if (column >= 0) admitted[column] = 0;
    }
  }

  return (batch, length, targets, chance) => {
    if (!everything) for (const item of latest) columnOf[item] = -1;
    const columns = everything ?? drawColumns(targets, chance);
    latest = columns;
    return {
      items: columns,
      own: targets.map((item) => (item < 0 ? 0 : (columnOf[item] as number))),
      corrections: everything ? new Float32Array(columns.length).fill(1) : Float32Array.from(columns, (item) => sampler.weight(item, true)),
      admitted(from, size) {
        const mask = new Float32Array(size * columns.length);
        for (let row = 0; row < size; row++) {
          const stretch = batch[Math.floor((from + row) / length)] as Stretch;
          writeAdmitted(mask, columns.length, row, (from + row) % length, stretch);
        }
        return mask;
      },
    };
  };
}
