import type { NamedArray, NamedArrays } from './arrays.ts';

/** Rows of users: `user.embedding`, `features.user.events`, `ials/user.weight`; not the layers of a tower, whose first dimension is another. */
const ofUsers = /(^|[./])user\.(?!layer\.|gram$)/;
const ranges = /^(.*\.|.*\/|)(history|similar|train|seen)\.indptr$/;

function zeroed(name: string, { shape, data }: NamedArray, row: number): NamedArray {
  const width = shape.slice(1).reduce((product, size) => product * size, 1);
  const copy = data.slice();
  // Rows of items that a user had lately; no item is -1.
  copy.fill((name.endsWith('user.recent') ? -1 : 0) as never, row * width, (row + 1) * width);
  return { shape, data: copy };
}

/** Arrays without the cells `from` to before `to`. */
function cut(array: NamedArray, from: number, to: number): NamedArray {
  const length = array.data.length - (to - from);
  const data = new (array.data.constructor as new (size: number) => typeof array.data)(length);
  data.set(array.data.subarray(0, from) as never);
  data.set(array.data.subarray(to) as never, from);
  return { shape: [length], data };
}

/**
 * A model's arrays with nothing in one user's row: vectors and counters are zero, lists of what the user had are empty. The row itself stays, so that
 * every other row keeps its place.
 * @param users how many rows of users there are
 */
export function withEmptyUser(arrays: NamedArrays, users: number, row: number): NamedArrays {
  const result: NamedArrays = { ...arrays };
  for (const [name, array] of Object.entries(arrays)) {
    if (ofUsers.test(name) && array.shape[0] === users) result[name] = zeroed(name, array, row);
    const [, prefix = '', what] = ranges.exec(name) ?? [];
    // Similar items may be as many as there are users; only neighbours of users come with their norms.
    if (what === undefined || array.data.length !== users + 1 || (what === 'similar' && !arrays[`${prefix}user.norm`])) continue;
    const indptr = (array.data as Int32Array).slice();
    const [from, to] = [indptr[row] as number, indptr[row + 1] as number];
    for (let at = row + 1; at <= users; at++) indptr[at] = (indptr[at] as number) - (to - from);
    result[name] = { shape: array.shape, data: indptr };
    for (const part of ['indices', 'values', 'types']) {
      const cells = arrays[`${prefix}${what}.${part}`];
      if (cells) result[`${prefix}${what}.${part}`] = cut(cells, from, to);
    }
  }
  return result;
}
