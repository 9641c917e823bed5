import { EngineError } from '#contract/errors';
import { unreadable } from '../file-head.ts';
import { brokenColumn, linesOf, wholeLines } from '../relation.ts';
import { TextFile } from '../text-file.ts';
import { unpackedBytes } from '../unpacked.ts';
import { type Format, hasEnding, startsWith } from './format.ts';
import { columnsOfObjects, jsonRelation } from './json-columns.ts';
import { holdsNothing } from './text.ts';

type Batch = {
  schema: { fields: { name: string; type: unknown }[] };
  numRows: number;
  getChildAt(index: number): { get(row: number): unknown } | null;
};

/** Fields of times that are numbers in the file: how many of them are a second. */
function perSecondOf(
  type: unknown,
  units: { Timestamp: new (...args: never[]) => { unit: number }; Date_: new (...args: never[]) => unknown },
): boolean {
  return type instanceof units.Timestamp || type instanceof units.Date_;
}

async function batchesOf(
  path: string,
  packing: 'gzip' | 'zstd' | null,
): Promise<{ batches: AsyncIterable<Batch>; isTime(type: unknown): boolean }> {
  const { RecordBatchReader, Timestamp, Date_, compressionRegistry, CompressionType } = await import('apache-arrow');
  const [{ decompress: unzstd }, lz4] = await Promise.all([import('fzstd'), import('lz4js')]);
  compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => unzstd(bytes) });
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (bytes) => lz4.decompress(bytes) });
  const reader = await RecordBatchReader.from(unpackedBytes(path, packing));
  return {
    batches: reader as unknown as AsyncIterable<Batch>,
    isTime: (type) => perSecondOf(type, { Timestamp, Date_ } as never),
  };
}

/** A value as JSON holds it: whole numbers beyond 2^53 as text, times as ISO, bytes as base64. */
function plainValue(value: unknown, time: boolean): unknown {
  if (value === null || value === undefined) return null;
  if (time)
    return typeof value === 'number' || typeof value === 'bigint'
      ? isoOf(Number(value))
      : value instanceof Date
        ? value.toISOString()
        : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'object' && Symbol.iterator in value)
    return Array.from(value as Iterable<unknown>, (member) => plainValue(member, false));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainValue(member, false)]));
  return value;
}

/** Arrow gives times in milliseconds, fractions included. A time that no calendar has becomes a text that is rejected. */
function isoOf(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const date = new Date(whole);
  if (Number.isNaN(date.getTime())) return `${milliseconds} ms`;
  const micros = Math.round((milliseconds - whole) * 1000);
  return `${date.toISOString().slice(0, -1)}${micros > 0 ? String(micros).padStart(3, '0') : ''}Z`;
}

function* objectsOf(batch: Batch, isTime: (type: unknown) => boolean): Generator<Record<string, unknown>> {
  const columns = batch.schema.fields.map(({ name, type }, at) => ({ name, values: batch.getChildAt(at), time: isTime(type) }));
  for (let row = 0; row < batch.numRows; row++)
    yield Object.fromEntries(columns.map(({ name, values, time }) => [name, plainValue(values?.get(row), time)]));
}

function broken(path: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  // What the system says of the file; others are the library's words for what it cannot make out.
  if (/^(E[A-Z]+|Z_[A-Z_]+)$/.test((error as NodeJS.ErrnoException).code ?? '')) return unreadable(path, error);
  return new EngineError(
    'unreadable_file',
    `${path} cannot be read as Arrow: ${(error as Error).message}. Export it again, or as Parquet.`,
    { file: path },
    { cause: error },
  );
}

/** Arrow IPC, as a file (Feather) or a stream. It is written anew as JSON Lines, which DuckDB reads. */
export const arrow: Format = {
  id: 'arrow',
  label: 'Arrow IPC, Feather',
  endings: ['.arrow', '.feather', '.arrows', '.ipc'],
  claims: (file) => hasEnding(arrow, file.name) || startsWith(file.head, 'ARROW1'),
  async open({ path, head }) {
    if (head.bytes.length === 0) throw holdsNothing(path, 'it is empty');
    const first: Record<string, unknown>[] = [];
    try {
      const { batches, isTime } = await batchesOf(path, head.packing);
      for await (const batch of batches) {
        for (const object of objectsOf(batch, isTime)) if (first.push(object) >= 200) break;
        if (first.length >= 200) break;
      }
    } catch (error) {
      throw broken(path, error);
    }
    if (first.length === 0) throw holdsNothing(path, 'it has no rows');
    const columns = columnsOfObjects(first);
    return {
      reading: {
        relation: (readPath) =>
          jsonRelation(columns, 'line', `(SELECT line FROM ${linesOf(readPath)} WHERE line IS NOT NULL)`, brokenColumn),
        cells: 'text',
        records: wholeLines,
      },
      names: columns.names,
      sample: columns.sample,
      header: true,
      async prepare(target) {
        const file = await TextFile.create(target);
        try {
          const { batches, isTime } = await batchesOf(path, head.packing);
          for await (const batch of batches)
            for (const object of objectsOf(batch, isTime)) if (file.line(JSON.stringify(object))) await file.flush();
          await file.close();
        } catch (error) {
          await file.abandon();
          throw broken(path, error);
        }
      },
    };
  },
};
