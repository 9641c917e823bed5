import { EngineError } from '#contract/errors';
import type { Matrix, NamedArray } from '../math/arrays.ts';
import { BagWriter } from './bags.ts';
import type { NewItem } from './model.ts';
import { throughLayers, unitVector } from './two-tower-fold-in.ts';
import { createAttributeBlock, frozenVectors, type Moments } from './two-tower-layout.ts';

/** What it takes to embed an item that training did not know. */
export interface NewItemParts {
  /** Table rows of the items' attributes. */
  attributes: Matrix;
  moments: Moments[];
  /** Of the item tower: weights and bias of each hidden layer in turn, and the projection of supplied embeddings. */
  layers: NamedArray[];
  projection: NamedArray | null;
}

/** The item tower without the id. Zero where nothing is known. Throws `bad_data` where the attributes are not those of training. */
export function embedByAttributes(
  { attributes, moments, layers, projection }: NewItemParts,
  features: NonNullable<NewItem['features']>,
): Float32Array {
  const { columns, data } = attributes;
  const block = createAttributeBlock(features, 0, moments);
  const supplied = frozenVectors(features);
  if (block.rows !== attributes.rows || (supplied?.columns ?? 0) !== (projection?.shape[0] ?? 0))
    throw new EngineError(
      'bad_data',
      'The attributes of the new item are not coded as those that the model was trained on. Train it again.',
      {
        rows: block.rows,
        expected: attributes.rows,
      },
    );
  const writer = new BagWriter();
  block.write(writer, 0);
  writer.next();
  const { rows, weights } = writer.bags();
  const sum = new Float32Array(columns);
  for (let i = 0; i < rows.length; i++)
    for (let d = 0; d < columns; d++)
      sum[d] = (sum[d] as number) + (weights[i] as number) * (data[(rows[i] as number) * columns + d] as number);
  if (supplied && projection)
    for (let from = 0; from < supplied.columns; from++)
      for (let d = 0; d < columns; d++)
        sum[d] = (sum[d] as number) + (supplied.data[from] as number) * (projection.data[from * columns + d] as number);
  return unitVector(throughLayers(sum, layers));
}

/** So many users say as much about an item as its attributes do. */
const usersPerAttributes = 30;

/**
 * A unit vector for a new item: its attributes through the item tower, and the direction in which the users who had it differ from the mean of all, the
 * more of them the more it counts. Zero where nothing is known of it.
 */
export function foldInNewItem(parts: NewItemParts, users: Matrix, mean: Float64Array, { userRows, features }: NewItem): Float32Array {
  const vector = features ? embedByAttributes(parts, features) : new Float32Array(users.columns);
  if (userRows.length === 0) return vector;
  const apart = directionOf(users, mean, userRows);
  const known = vector.some((x) => x !== 0);
  const share = known ? userRows.length / (userRows.length + usersPerAttributes) : 1;
  return unitVector(vector.map((x, d) => (1 - share) * x + share * (apart[d] as number)));
}

/** The mean of all rows. */
export function meanVector({ rows, columns, data }: Matrix): Float64Array {
  const sum = new Float64Array(columns);
  for (let row = 0; row < rows; row++) for (let d = 0; d < columns; d++) sum[d] = (sum[d] as number) + (data[row * columns + d] as number);
  return sum.map((x) => x / Math.max(rows, 1));
}

/** The unit vector of how some users differ from the mean of all; zero where they do not. */
export function directionOf({ columns, data }: Matrix, mean: Float64Array, userRows: Int32Array): Float32Array {
  const sum = Float32Array.from(mean, (x) => -x);
  for (const row of userRows)
    for (let d = 0; d < columns; d++) sum[d] = (sum[d] as number) + (data[row * columns + d] as number) / userRows.length;
  return unitVector(sum);
}
