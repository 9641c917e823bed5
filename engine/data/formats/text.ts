import { EngineError } from '#contract/errors';
import { binaryLineOf, noText } from '../binary-text.ts';
import type { FileHead } from '../file-head.ts';
import { longestLine } from '../relation.ts';
import type { FormatFile } from './format.ts';

/** Refuses what is empty and what is no text. */
export function demandText({ path, head }: Pick<FormatFile, 'path' | 'head'>): void {
  if (head.text.trim() === '') throw holdsNothing(path, 'it is empty');
  if (head.text.length > longestLine && !head.text.slice(0, longestLine).includes('\n'))
    throw holdsNothing(path, 'its first line is longer than 8 MB');
  const binary = binaryLineOf(head.text);
  if (binary !== null) throw noText(path, binary);
}

export function holdsNothing(file: string, why: string): EngineError {
  return new EngineError('bad_data', `${file} holds no data: ${why}. Choose a file with rows.`, { file });
}

/** About how many lines the file has, from those of its head; not known of what is packed. */
export function rowsOfHead({ text, packing, sizeBytes }: FileHead): number | undefined {
  const lines = text.split('\n').length - 1;
  return packing !== null || lines === 0 ? undefined : Math.round((sizeBytes * lines) / Buffer.byteLength(text));
}
