import { EngineError } from '#contract/errors';
import { brokenColumn, linesOf, wholeLines } from '../relation.ts';
import { type Format, type FormatFile, hasEnding } from './format.ts';
import { columnsOfObjects, jsonRelation } from './json-columns.ts';
import { demandText, rowsOfHead } from './text.ts';

/** The objects among the first lines. A broken line is rejected by the import, with its number. */
export function objectsOfLines(text: string, most = 200): Record<string, unknown>[] {
  const objects: Record<string, unknown>[] = [];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  for (const line of lines.slice(0, most)) {
    try {
      const value: unknown = JSON.parse(line.replace(/^\uFEFF/, ''));
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) objects.push(value as Record<string, unknown>);
    } catch {}
  }
  return objects;
}

/** An object a line, as Amazon's reviews and most logs are. */
export const jsonLines: Format = {
  id: 'jsonl',
  label: 'JSON Lines',
  endings: ['.jsonl', '.ndjson', '.json'],
  claims: (file) => hasEnding(jsonLines, file.name),
  async open(file: FormatFile) {
    demandText(file);
    const objects = objectsOfLines(file.head.text);
    if (objects.length === 0) {
      throw new EngineError(
        'bad_data',
        `${file.path} is no JSON Lines file: none of its first lines is an object such as {"user_id": "u1", "item_id": "i1"}.`,
        { file: file.path },
      );
    }
    const columns = columnsOfObjects(objects);
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
      expectedRows: rowsOfHead(file.head),
    };
  },
};
