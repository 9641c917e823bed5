import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import type { Session } from './session.ts';

/** Reads a result with one VARCHAR column. */
export async function readTexts(session: Session, sql: string): Promise<string[]> {
  const texts: string[] = [];
  await session.chunks(sql, undefined, (chunk) => {
    const vector = chunk.getColumnVector(0);
    for (let i = 0; i < chunk.rowCount; i++) texts.push(vector.getItem(i) as string);
  });
  return texts;
}

export type NumberArray = Int32Array | Float32Array | Float64Array;

/**
 * Reads a result straight into arrays, one per column: INTEGER into Int32Array, FLOAT into Float32Array, DOUBLE into Float64Array. NULL
 * becomes -1 in integers and NaN in the others.
 */
export async function readNumbers<T extends NumberArray[]>(session: Session, sql: string, arrays: [...T]): Promise<T> {
  let at = 0;
  await session.chunks(sql, undefined, (chunk) => {
    arrays.forEach((array, column) => {
      copyColumn(chunk, column, array, at);
    });
    at += chunk.rowCount;
  });
  return arrays;
}

function copyColumn(chunk: DuckDBDataChunk, column: number, target: NumberArray, at: number): void {
  const vector = chunk.getColumnVector(column) as DuckDBVector & { items?: NumberArray };
  if (vector.items?.constructor !== target.constructor)
    throw new Error(`Column ${column} comes as ${vector.type} and does not fit its array.`);
  target.set(vector.items.subarray(0, chunk.rowCount), at);
  const missing = target instanceof Int32Array ? -1 : Number.NaN;
  for (let i = 0; i < chunk.rowCount; i++) if (vector.getItem(i) === null) target[at + i] = missing;
}
