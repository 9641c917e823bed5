import type { SeenItems } from '../bundles/contents.ts';
import type { ServedTables } from '../data/served-attributes.ts';
import type { AttributeColumns } from '../math/arrays.ts';
import { buildSparseMatrix } from '../math/sparse.ts';
import { rowsOf } from './training.ts';

/** Attributes in the rows of a bundle; of whom the workspace knows nothing any more they are missing. */
export function inRows(ids: readonly string[], from: readonly string[], columns: AttributeColumns): AttributeColumns {
  const places = rowsOf([...from]);
  const rowOf = Int32Array.from(ids, (id) => places.get(id) ?? -1);
  const rows = ids.length;
  return {
    rows,
    categories: columns.categories.map(({ name, vocabulary, codes }) => ({
      name,
      vocabulary,
      codes: rowOf.map((row) => (row < 0 ? -1 : (codes[row] as number))),
    })),
    lists: columns.lists.map(({ name, vocabulary, offsets, codes }) => {
      const own = Array.from(rowOf, (row) => (row < 0 ? new Int32Array(0) : codes.subarray(offsets[row], offsets[row + 1])));
      const moved = new Int32Array(rows + 1);
      own.forEach((values, row) => {
        moved[row + 1] = (moved[row] as number) + values.length;
      });
      const packed = new Int32Array(moved[rows] as number);
      own.forEach((values, row) => {
        packed.set(values, moved[row]);
      });
      return { name, vocabulary, offsets: moved, codes: packed };
    }),
    numbers: columns.numbers.map(({ name, values }) => ({
      name,
      values: Float64Array.from(rowOf, (row) => (row < 0 ? Number.NaN : (values[row] as number))),
    })),
  };
}

/** What users had, in the rows of a bundle: ascending for each user, as a search wants them. */
export function seenIn(
  ids: { users: readonly string[]; items: readonly string[] },
  { userIds, itemIds, pairs, typeNames }: ServedTables,
): SeenItems {
  const userRow = rowsOf([...ids.users]);
  const itemRow = rowsOf([...ids.items]);
  const users = userIds.map((id) => userRow.get(id) ?? -1);
  const items = itemIds.map((id) => itemRow.get(id) ?? -1);
  const kept: number[] = [];
  for (let i = 0; i < pairs.users.length; i++) {
    if ((users[pairs.users[i] as number] as number) >= 0 && (items[pairs.items[i] as number] as number) >= 0) kept.push(i);
  }
  const matrix = buildSparseMatrix(
    ids.users.length,
    ids.items.length,
    Int32Array.from(kept, (i) => users[pairs.users[i] as number] as number),
    Int32Array.from(kept, (i) => items[pairs.items[i] as number] as number),
    // At most 24 bits, which a 32-bit float keeps.
    Float32Array.from(kept, (i) => pairs.types[i] as number),
  );
  return { indptr: matrix.indptr, indices: matrix.indices, types: Int32Array.from(matrix.values), typeNames };
}
