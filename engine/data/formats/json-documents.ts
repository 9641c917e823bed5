import { EngineError } from '#contract/errors';
import { withMemoryDatabase } from '../memory-database.ts';
import { brokenColumn } from '../relation.ts';
import { quotePath } from '../sql.ts';
import { type Format, hasEnding } from './format.ts';
import { columnsOfObjects, jsonRelation, rowsByNumber } from './json-columns.ts';
import { objectsOfLines } from './json-lines.ts';
import { demandText, holdsNothing } from './text.ts';

/** One object may be so large. */
const largestObject = 64 * 1024 * 1024;

/** Arrays of objects, and objects over several lines. */
export const jsonDocuments: Format = {
  id: 'json',
  label: 'JSON array',
  endings: ['.json'],
  claims(file) {
    if (!hasEnding(jsonDocuments, file.name)) return false;
    const start = file.head.text.replace(/^\uFEFF/, '').trimStart();
    return start.startsWith('[') || (start.startsWith('{') && objectsOfLines(file.head.text).length === 0);
  },
  async open(file) {
    demandText(file);
    const array = file.head.text
      .replace(/^\uFEFF/, '')
      .trimStart()
      .startsWith('[');
    const documents = (path: string): string =>
      `read_json_objects(${quotePath(path)}, format = '${array ? 'array' : 'unstructured'}', maximum_object_size = ${largestObject}, hive_partitioning = false)`;
    const { names, paths, sample } = await withMemoryDatabase(async (session) => {
      const rows = await session
        .rows<{ json: string }>(`SELECT CAST(json AS VARCHAR) AS json FROM ${documents(file.path)} LIMIT 200`)
        .catch((error: Error) => {
          throw brokenJson(file.path, error);
        });
      return columnsOfObjects(objectsOfLines(rows.map(({ json }) => JSON.stringify(JSON.parse(json) as unknown)).join('\n')));
    });
    if (sample.length === 0)
      throw holdsNothing(file.path, 'none of its first values is an object such as {"user_id": "u1", "item_id": "i1"}');
    return {
      reading: {
        relation: (readPath) => jsonRelation({ names, paths, sample }, 'json', documents(readPath), brokenColumn),
        cells: 'text',
        records: (session, readPath, places) => rowsByNumber(`(SELECT json AS raw FROM ${documents(readPath)})`)(session, places),
      },
      names,
      sample,
      header: true,
    };
  },
};

/** DuckDB says where a document is broken by bytes and values. */
export function brokenJson(file: string, error: Error): EngineError {
  const at = /at byte (\d+) in record\/value (\d+): ([^.\n]+)/.exec(error.message);
  const where = at
    ? `value ${at[2]} is broken (${at[3]?.trim()}, byte ${at[1]} of it or of what is read at once)`
    : 'it is broken or cut off';
  return new EngineError(
    'bad_data',
    `${file} cannot be read as JSON: ${where}. A broken document cannot be read beyond that place: mend it, or write one object a line (JSON Lines), of which each broken line is rejected alone. Nothing was imported.`,
    { file },
    { cause: error },
  );
}
