import { EngineError } from '#contract/errors';
import type { EntityFeatures, Matrix } from '../math/arrays.ts';
import type { BagWriter } from './bags.ts';

/** Which table row means what, and which rows make up a user and an item. */
export interface TowerLayout {
  rows: number;
  /** First row of the items' ids: item i is row `firstItem + i`, also where it is one of a user's recent items. */
  firstItem: number;
  /** The items' attributes are rows `firstItemAttribute .. rows`. */
  firstItemAttribute: number;
  items: AttributeBlock;
  /** Writes a user's bag: id, attributes, and the mean of the recent items `recent[from .. to)`, oldest first, each older one counting `decay` times as much. */
  writeUser(writer: BagWriter, user: number, recent: Int32Array, from: number, to: number, withId?: boolean): void;
  writeItem(writer: BagWriter, item: number, withId?: boolean): void;
}

/** Rows of the attributes of the users or of the items. */
export interface AttributeBlock {
  rows: number;
  /** Mean and scale of each number, so that somebody new is standardised as training was. */
  moments: Moments[];
  /** Adds an entity's attributes to the open bag. */
  write(writer: BagWriter, entity: number): void;
}

export interface Moments {
  mean: number;
  scale: number;
}

/** Mean and one over the standard deviation of what is there; 0 where all is the same. */
function momentsOf(values: Float32Array): Moments {
  const known = values.filter((value) => Number.isFinite(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(known.length, 1);
  return { mean, scale: variance > 0 ? 1 / Math.sqrt(variance) : 0 };
}

/**
 * Mean 0 and variance 1 over what is there, at most 3 away from the mean so that one outlier does not drown an entity's other attributes; a missing value
 * is 0, the mean.
 */
export function standardised(values: Float32Array, { mean, scale }: Moments = momentsOf(values)): Float32Array {
  return values.map((value) => (Number.isFinite(value) ? Math.min(3, Math.max(-3, (value - mean) * scale)) : 0));
}

/** Weights of a list of recent items, oldest first: the newest counts most, an older one `decay` times the next; they add up to 1. */
export function recencyWeights(count: number, decay: number): Float32Array {
  const weights = Float32Array.from({ length: count }, (_, i) => decay ** (count - 1 - i));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * Attributes as weighted rows from `first` on: a row a category, a tag and a word's hash bucket, of which an entity has the mean; a number is one row,
 * weighted with the value. `moments` are those of training, where the entities are new.
 */
export function createAttributeBlock(features: EntityFeatures, first: number, moments?: Moments[]): AttributeBlock {
  let next = first;
  const take = (count: number): number => {
    const start = next;
    next += count;
    return start;
  };
  const categories = features.categories.map(({ vocabulary, codes }) => ({ start: take(vocabulary.length), codes }));
  const lists = features.lists.map(({ vocabulary, offsets, codes }) => ({ start: take(vocabulary.length), offsets, codes }));
  const texts = (features.texts ?? []).map(({ buckets, offsets, codes }) => ({ start: take(buckets), offsets, codes }));
  const own = moments ?? features.numbers.map(({ values }) => momentsOf(values));
  const numbers = features.numbers.map(({ values }, i) => ({ row: take(1), values: standardised(values, own[i]) }));
  const many = [...lists, ...texts];
  return {
    rows: next - first,
    moments: own,
    write(writer, entity) {
      for (const { start, codes } of categories) {
        const code = codes[entity] as number;
        if (code >= 0) writer.add(start + code, 1);
      }
      for (const { start, offsets, codes } of many) {
        const begin = offsets[entity] as number;
        const end = offsets[entity + 1] as number;
        for (let i = begin; i < end; i++) writer.add(start + (codes[i] as number), 1 / (end - begin));
      }
      for (const { row, values } of numbers) {
        const value = values[entity] as number;
        if (value !== 0) writer.add(row, value);
      }
    },
  };
}

/** One table for both towers, block by block: users' ids, their attributes, items' ids, theirs. */
export function createTowerLayout(
  userFeatures: EntityFeatures,
  itemFeatures: EntityFeatures,
  userCount: number,
  itemCount: number,
  decay: number,
): TowerLayout {
  const users = createAttributeBlock(userFeatures, userCount);
  const weightsOf: Float32Array[] = [];
  const firstItem = userCount + users.rows;
  const firstItemAttribute = firstItem + itemCount;
  const items = createAttributeBlock(itemFeatures, firstItemAttribute);
  const supplied = (itemFeatures.vectors ?? []).length > 0;
  return {
    rows: firstItemAttribute + items.rows,
    firstItem,
    firstItemAttribute,
    items,
    writeUser(writer, user, recent, from, to, withId = true) {
      if (withId) writer.add(user, 1);
      users.write(writer, user);
      weightsOf[to - from] ??= recencyWeights(to - from, decay);
      const weights = weightsOf[to - from] as Float32Array;
      for (let i = from; i < to; i++) writer.add(firstItem + (recent[i] as number), weights[i - from] as number);
      writer.next();
    },
    writeItem(writer, item, withId = true) {
      if (withId) writer.add(firstItem + item, 1);
      items.write(writer, item);
      // Of an item without attributes nothing would be left.
      if (!withId && writer.isEmpty && !supplied) writer.add(firstItem + item, 1);
      writer.next();
    },
  };
}

/** Embeddings that were supplied, each row at length 1, the columns of all of them side by side; null where there are none. */
export function frozenVectors({ rows, vectors = [] }: EntityFeatures): Matrix | null {
  const columns = vectors.reduce((sum, one) => sum + one.columns, 0);
  if (columns === 0) return null;
  const data = new Float32Array(rows * columns);
  let from = 0;
  for (const { name, columns: width, values } of vectors) {
    if (values.length !== rows * width) throw new EngineError('internal', `The vectors "${name}" are not ${rows} × ${width}.`);
    for (let row = 0; row < rows; row++) {
      let squares = 0;
      for (let d = 0; d < width; d++) squares += (values[row * width + d] as number) ** 2;
      const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
      for (let d = 0; d < width; d++) data[row * columns + from + d] = (values[row * width + d] as number) * scale;
    }
    from += width;
  }
  return { rows, columns, data };
}
