import { EngineError } from '#contract/errors';
import type { NamedArray, NamedArrays } from './arrays.ts';

/**
 * Arrays in the safetensors format: eight bytes little-endian header length, a JSON header (name → dtype, shape, data_offsets), the data.
 * Nothing in such a file can run, and numpy opens it. Reading is strict: a wrong length, an overlap, a gap or a number that is not finite is
 * refused with the array's name.
 */

const dtypes = {
  F32: { bytes: 4, make: (buffer: ArrayBuffer) => new Float32Array(buffer) },
  I32: { bytes: 4, make: (buffer: ArrayBuffer) => new Int32Array(buffer) },
  F64: { bytes: 8, make: (buffer: ArrayBuffer) => new Float64Array(buffer) },
  U8: { bytes: 1, make: (buffer: ArrayBuffer) => new Uint8Array(buffer) },
} as const;
type Dtype = keyof typeof dtypes;

const headerLimit = 16 * 1024 * 1024;

const dtypeOf = (data: NamedArray['data']): Dtype =>
  data instanceof Float32Array ? 'F32' : data instanceof Int32Array ? 'I32' : data instanceof Float64Array ? 'F64' : 'U8';

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

function refuse(problem: string, array?: string): never {
  const what = array === undefined ? 'The arrays file is damaged' : `The array "${array}" is damaged`;
  throw new EngineError('bad_data', `${what}: ${problem}. Write it again from its source.`, array === undefined ? {} : { array });
}

function checkFinite(name: string, data: NamedArray['data']): void {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) refuse(`value ${i} is ${data[i]}, not a finite number`, name);
}

/** JSON with everything beyond ASCII escaped, so that a character is a byte. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A safetensors file in parts, one after the other: the header, then each array's own bytes, not copied. In the order of names, so that equal arrays give equal bytes. */
export function safetensorsParts(arrays: NamedArrays, metadata: Record<string, string> = {}): Uint8Array[] {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  // Wide elements first keeps every array aligned to its own element size, which readers that map the file rely on.
  const names = Object.keys(arrays).sort((a, b) => {
    const wide = dtypes[dtypeOf((arrays[b] as NamedArray).data)].bytes - dtypes[dtypeOf((arrays[a] as NamedArray).data)].bytes;
    return wide !== 0 ? wide : a < b ? -1 : 1;
  });
  let offset = 0;
  for (const name of names) {
    const { shape, data } = arrays[name] as NamedArray;
    if (sizeOf(shape) !== data.length) refuse(`its shape ${JSON.stringify(shape)} does not hold ${data.length} values`, name);
    checkFinite(name, data);
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = asciiJson(header);
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, ' ');
  const head = new Uint8Array(8 + padded.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded.length), true);
  for (let i = 0; i < padded.length; i++) head[8 + i] = padded.charCodeAt(i);
  return [
    head,
    ...names.map((name) => {
      const { data } = arrays[name] as NamedArray;
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }),
  ];
}

/** The bytes of a safetensors file. */
export function encodeSafetensors(arrays: NamedArrays, metadata: Record<string, string> = {}): Uint8Array {
  const parts = safetensorsParts(arrays, metadata);
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) refuse(`it has ${bytes.length} bytes, too few for a header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (length > BigInt(headerLimit) || length > BigInt(bytes.length - 8)) refuse(`its header claims ${length} bytes`);
  const start = 8 + Number(length);
  let encoded = '';
  for (let i = 8; i < start; i++) encoded += `%${(bytes[i] as number).toString(16).padStart(2, '0')}`;
  try {
    const header: unknown = JSON.parse(decodeURIComponent(encoded));
    if (header !== null && typeof header === 'object' && !Array.isArray(header))
      return { header: header as Record<string, unknown>, start };
  } catch {
    // Refused below, as is a header of another kind.
  }
  return refuse('its header is not a JSON object');
}

interface Entry {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function readEntry(name: string, value: unknown, dataLength: number): Entry {
  const { dtype, shape, data_offsets: range } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypes, dtype))
    return refuse(`its type ${JSON.stringify(dtype)} is not one of ${Object.keys(dtypes).join(', ')}`, name);
  if (!Array.isArray(shape) || !shape.every(isCount)) return refuse('its shape is not a list of whole numbers', name);
  if (!Array.isArray(range) || range.length !== 2 || !range.every(isCount))
    return refuse('its data_offsets are not two whole numbers', name);
  const [begin, end] = range as [number, number];
  if (begin > end || end > dataLength) refuse(`its bytes ${begin} to ${end} lie outside the ${dataLength} bytes of data`, name);
  if (sizeOf(shape) * dtypes[dtype as Dtype].bytes !== end - begin)
    refuse(`its shape ${JSON.stringify(shape)} does not fit ${end - begin} bytes`, name);
  return { name, dtype: dtype as Dtype, shape, begin, end };
}

/** The arrays of a safetensors file, copied out of it. Throws `bad_data` that names the array where one is at fault. */
export function decodeSafetensors(bytes: Uint8Array): { arrays: NamedArrays; metadata: Record<string, string> } {
  const { header, start } = readHeader(bytes);
  const metadata: Record<string, string> = {};
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') entries.push(readEntry(name, value, bytes.length - start));
    else if (value !== null && typeof value === 'object') {
      for (const [key, text] of Object.entries(value)) if (typeof text === 'string') metadata[key] = text;
    }
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== expected)
      refuse(begin < expected ? 'it overlaps another array' : `${begin - expected} bytes before it belong to no array`, name);
    expected = end;
  }
  if (expected !== bytes.length - start) refuse(`${bytes.length - start - expected} bytes at its end belong to no array`);
  const arrays: NamedArrays = {};
  for (const { name, dtype, shape, begin, end } of entries) {
    const copy = new ArrayBuffer(end - begin);
    new Uint8Array(copy).set(bytes.subarray(start + begin, start + end));
    const data = dtypes[dtype].make(copy);
    checkFinite(name, data);
    arrays[name] = { shape, data };
  }
  return { arrays, metadata };
}
