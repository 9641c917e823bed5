import type { EntityFeatures } from '../math/arrays.ts';
import type { BagWriter } from './bags.ts';

/** Which table row means what, and which rows make up a user and an item. */
export interface TowerLayout {
  rows: number;
  /** First row of the items' ids: item i is row `firstItem + i`, also where it is one of a user's recent items. */
  firstItem: number;
  /** Writes a user's bag: id, attributes, and the mean of the recent items `recent[from .. to)`, oldest first, each older one counting `decay` times as much. */
  writeUser(writer: BagWriter, user: number, recent: Int32Array, from: number, to: number): void;
  writeItem(writer: BagWriter, item: number): void;
}

interface Block {
  categories: { start: number; codes: Int32Array }[];
  lists: { start: number; offsets: Int32Array; codes: Int32Array }[];
  /** Standardised; a missing value is 0, the mean. */
  numbers: { row: number; values: Float32Array }[];
}

/** Mean 0 and variance 1 over what is there, at most 3 away from the mean so that one outlier does not drown an entity's other attributes. */
export function standardised(values: Float32Array): Float32Array {
  const known = values.filter((value) => Number.isFinite(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(known.length, 1);
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  return values.map((value) => (Number.isFinite(value) ? Math.min(3, Math.max(-3, (value - mean) * scale)) : 0));
}

/** Weights of a list of recent items, oldest first: the newest counts most, an older one `decay` times the next; they add up to 1. */
export function recencyWeights(count: number, decay: number): Float32Array {
  const weights = Float32Array.from({ length: count }, (_, i) => decay ** (count - 1 - i));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * One table for both towers, block by block: users' ids, their categories, tags and numbers, items' ids, theirs. A number is a row that is
 * weighted with the value. A list of tags is the mean of their rows.
 */
export function createTowerLayout(
  userFeatures: EntityFeatures,
  itemFeatures: EntityFeatures,
  userCount: number,
  itemCount: number,
  decay: number,
): TowerLayout {
  let rows = userCount;
  const take = (count: number): number => {
    const start = rows;
    rows += count;
    return start;
  };
  const blockOf = ({ categories, lists, numbers }: EntityFeatures): Block => ({
    categories: categories.map(({ vocabulary, codes }) => ({ start: take(vocabulary.length), codes })),
    lists: lists.map(({ vocabulary, offsets, codes }) => ({ start: take(vocabulary.length), offsets, codes })),
    numbers: numbers.map(({ values }) => ({ row: take(1), values: standardised(values) })),
  });
  const users = blockOf(userFeatures);
  const weightsOf: Float32Array[] = [];
  const firstItem = take(itemCount);
  const items = blockOf(itemFeatures);

  function writeAttributes(writer: BagWriter, { categories, lists, numbers }: Block, entity: number): void {
    for (const { start, codes } of categories) {
      const code = codes[entity] as number;
      if (code >= 0) writer.add(start + code, 1);
    }
    for (const { start, offsets, codes } of lists) {
      const begin = offsets[entity] as number;
      const end = offsets[entity + 1] as number;
      for (let i = begin; i < end; i++) writer.add(start + (codes[i] as number), 1 / (end - begin));
    }
    for (const { row, values } of numbers) {
      const value = values[entity] as number;
      if (value !== 0) writer.add(row, value);
    }
  }

  return {
    rows,
    firstItem,
    writeUser(writer, user, recent, from, to) {
      writer.add(user, 1);
      writeAttributes(writer, users, user);
      weightsOf[to - from] ??= recencyWeights(to - from, decay);
      const weights = weightsOf[to - from] as Float32Array;
      for (let i = from; i < to; i++) writer.add(firstItem + (recent[i] as number), weights[i - from] as number);
      writer.next();
    },
    writeItem(writer, item) {
      writer.add(firstItem + item, 1);
      writeAttributes(writer, items, item);
      writer.next();
    },
  };
}
