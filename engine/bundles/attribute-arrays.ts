import type { AttributeColumns, NamedArray, NamedArrays } from '../math/arrays.ts';
import { decodeTexts, encodeTexts } from './text-array.ts';

type Entity = 'user' | 'item';

const kinds = ['categories', 'lists', 'numbers'] as const;

/**
 * Attributes as arrays: `<entity>.<kind>.names`, and `<entity>.<kind>.<n>.…` for the n-th column. A file holds finite numbers only: one that is missing is 0 in
 * `values` and 1 in `missing`, which is absent where none is.
 */
export function encodeAttributes(entity: Entity, columns: AttributeColumns): NamedArrays {
  const arrays: NamedArrays = {};
  for (const kind of kinds)
    Object.assign(
      arrays,
      encodeTexts(
        `${entity}.${kind}.names`,
        columns[kind].map(({ name }) => name),
      ),
    );
  const of = (data: NamedArray['data']): NamedArray => ({ shape: [data.length], data });
  columns.categories.forEach(({ vocabulary, codes }, n) => {
    Object.assign(arrays, encodeTexts(`${entity}.categories.${n}.vocabulary`, vocabulary));
    arrays[`${entity}.categories.${n}.codes`] = of(codes);
  });
  columns.lists.forEach(({ vocabulary, offsets, codes }, n) => {
    Object.assign(arrays, encodeTexts(`${entity}.lists.${n}.vocabulary`, vocabulary));
    arrays[`${entity}.lists.${n}.offsets`] = of(offsets);
    arrays[`${entity}.lists.${n}.codes`] = of(codes);
  });
  columns.numbers.forEach(({ values }, n) => {
    // Array files hold finite numbers only: what is missing is marked beside them.
    arrays[`${entity}.numbers.${n}.values`] = of(values.map((value) => (Number.isFinite(value) ? value : 0)));
    arrays[`${entity}.numbers.${n}.known`] = of(Uint8Array.from(values, (value) => (Number.isFinite(value) ? 1 : 0)));
  });
  return arrays;
}

function integers(arrays: NamedArrays, name: string, length: number | undefined, least: number, limit: number): Int32Array {
  const data = arrays[name]?.data;
  if (!(data instanceof Int32Array) || (length !== undefined && data.length !== length))
    throw new Error(`${name} should hold ${length ?? 'some'} integers.`);
  for (const value of data) if (value < least || value >= limit) throw new Error(`${name} holds ${value}, which stands for nothing.`);
  return data;
}

/** Texts of an array, however many there are. */
export function allTexts(name: string, arrays: NamedArrays): Promise<string[]> {
  return decodeTexts(name, arrays, Math.max(0, (arrays[`${name}.offsets`]?.data.length ?? 1) - 1));
}

function offsetsOf(arrays: NamedArrays, name: string, rows: number, end: number): Int32Array {
  const offsets = integers(arrays, name, rows + 1, 0, end + 1);
  for (let row = 0; row < rows; row++)
    if ((offsets[row + 1] as number) < (offsets[row] as number)) throw new Error(`${name} goes backwards at row ${row}.`);
  if (offsets[0] !== 0 || offsets[rows] !== end) throw new Error(`${name} does not span its codes.`);
  return offsets;
}

/** The attributes again, every code and offset checked. Throws an Error that names the array. */
export async function decodeAttributes(entity: Entity, arrays: NamedArrays, rows: number): Promise<AttributeColumns> {
  const columns: AttributeColumns = { rows, categories: [], lists: [], numbers: [] };
  for (const [n, name] of (await allTexts(`${entity}.categories.names`, arrays)).entries()) {
    const vocabulary = await allTexts(`${entity}.categories.${n}.vocabulary`, arrays);
    columns.categories.push({ name, vocabulary, codes: integers(arrays, `${entity}.categories.${n}.codes`, rows, -1, vocabulary.length) });
  }
  for (const [n, name] of (await allTexts(`${entity}.lists.names`, arrays)).entries()) {
    const vocabulary = await allTexts(`${entity}.lists.${n}.vocabulary`, arrays);
    const codes = integers(arrays, `${entity}.lists.${n}.codes`, undefined, 0, vocabulary.length);
    columns.lists.push({ name, vocabulary, codes, offsets: offsetsOf(arrays, `${entity}.lists.${n}.offsets`, rows, codes.length) });
  }
  for (const [n, name] of (await allTexts(`${entity}.numbers.names`, arrays)).entries()) {
    const values = arrays[`${entity}.numbers.${n}.values`]?.data;
    if (!(values instanceof Float64Array) || values.length !== rows)
      throw new Error(`${entity}.numbers.${n}.values should hold ${rows} 64-bit floats.`);
    const known = arrays[`${entity}.numbers.${n}.known`]?.data;
    if (!(known instanceof Uint8Array) || known.length !== rows) throw new Error(`${entity}.numbers.${n}.known should hold ${rows} marks.`);
    columns.numbers.push({ name, values: values.map((value, row) => (known[row] === 1 ? value : Number.NaN)) });
  }
  return columns;
}
