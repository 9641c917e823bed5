import { expect, test } from 'vitest';
import type { NamedArrays } from '../../../engine/math/arrays.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../engine/math/safetensors.ts';

const arrays: NamedArrays = {
  'user.embedding': { shape: [2, 2], data: Float32Array.of(1, -2.5, 3, 0) },
  rows: { shape: [3], data: Int32Array.of(7, -1, 0) },
  times: { shape: [1], data: Float64Array.of(1e300) },
  flags: { shape: [5], data: Uint8Array.of(1, 0, 255, 3, 4) },
  nothing: { shape: [0, 4], data: new Float32Array(0) },
};

/** A file with this header and so many bytes of data. */
function file(header: unknown, dataLength: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

test('arrays of every type come back as they were, with the metadata', () => {
  const bytes = encodeSafetensors(arrays, { model: 'two-tower', note: 'größer – 大' });
  const read = decodeSafetensors(bytes);
  expect(read.arrays).toEqual(arrays);
  expect(read.metadata).toEqual({ model: 'two-tower', note: 'größer – 大' });
});

test('the layout is that of the format: header length, JSON, data by its offsets', () => {
  const bytes = encodeSafetensors({ a: { shape: [2], data: Int32Array.of(1, 256) } });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
    a: { dtype: 'I32', shape: [2], data_offsets: [0, 8] },
  });
  expect(Array.from(bytes.subarray(8 + length))).toEqual([1, 0, 0, 0, 0, 1, 0, 0]);
});

test('a view into a larger file is read at its own place', () => {
  const bytes = encodeSafetensors(arrays);
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  expect(decodeSafetensors(larger.subarray(3)).arrays).toEqual(arrays);
});

test('equal arrays give equal bytes, whatever the order of their names', () => {
  const turned = Object.fromEntries(Object.entries(arrays).reverse());
  expect(encodeSafetensors(turned)).toEqual(encodeSafetensors(arrays));
});

const f32 = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });
const damaged: [string, Uint8Array, RegExp][] = [
  ['no header', new Uint8Array(4), /too few/],
  ['a header longer than the file', encodeSafetensors(arrays).subarray(0, 20), /header claims/],
  ['a header that is no JSON', file('{"a":', 0), /not a JSON object/],
  ['a header that is no UTF-8', file('{}', 0).fill(0xff, 8), /not a JSON object/],
  ['an unknown type', file({ a: { ...f32([1], 0, 4), dtype: 'BF16' } }, 4), /"a".*BF16/],
  ['a type that is a word of the language', file({ a: { ...f32([1], 0, 4), dtype: 'constructor' } }, 4), /"a".*type/],
  ['a negative length', file({ a: f32([-1], 0, 4) }, 4), /"a".*shape/],
  ['a shape that does not fit', file({ a: f32([2], 0, 4) }, 4), /"a".*does not fit/],
  ['bytes beyond the end', file({ a: f32([2], 0, 8) }, 4), /"a".*outside/],
  ['an overlap', file({ a: f32([1], 0, 4), b: f32([1], 2, 6) }, 6), /"b".*overlaps/],
  ['a gap', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /"b".*belong to no array/],
  ['bytes left over', file({ a: f32([1], 0, 4) }, 5), /1 bytes at its end/],
];

test.each(damaged)('%s is refused', (_, bytes, message) => {
  expect(() => decodeSafetensors(bytes)).toThrow(message);
  expect(() => decodeSafetensors(bytes)).toThrow(expect.objectContaining({ code: 'bad_data' }));
});

test('a value that is not finite is refused by the name of its array, when it is written and when it is read', () => {
  expect(() => encodeSafetensors({ weights: { shape: [2], data: Float32Array.of(0, Number.NaN) } })).toThrow(/"weights".*value 1 is NaN/);
  const bytes = encodeSafetensors({ weights: { shape: [1], data: Float32Array.of(1) } });
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, Number.POSITIVE_INFINITY, true);
  expect(() => decodeSafetensors(bytes)).toThrow(/"weights".*Infinity/);
});
