import path from 'node:path';
import type { ColumnMapping, Entity, FileFormat } from '#contract/data';
import { EngineError } from '#contract/errors';
import { isAdjacency, openAdjacency } from './adjacency.ts';
import { binaryLineOf, noText } from './binary-text.ts';
import { contentOf } from './content.ts';
import { parseRecords, readDialect } from './delimited-head.ts';
import { readHead } from './file-head.ts';
import { movieLensFiles } from './movielens.ts';
import { openParquet } from './parquet-head.ts';
import { readRecboleHeader, recboleEntities } from './recbole.ts';
import { applyMapping, demandRoles, guessRoles } from './roles.ts';
import type { Found, Source, SourceColumn } from './source.ts';

export interface SourceOptions {
  as?: Entity | undefined;
  format?: FileFormat | undefined;
  map?: ColumnMapping | undefined;
}

/** Looks at a file: its format, its columns with what they hold, and which column has which role. */
export async function openSource(file: string, options: SourceOptions = {}): Promise<Source> {
  const format = options.format ?? formatOf(file);
  const found = format === 'parquet' ? await openParquet(file) : await openText(file, format, options.format === undefined);
  const columns: SourceColumn[] = found.names.map((name, index) => {
    const declared = found.declared?.[name];
    return { name, content: contentOf(found.sample.map((row) => row[index] ?? null)), ...(declared ? { declared } : {}) };
  });
  const given = options.as ?? found.entity ?? entityByName(file);
  const guess = guessRoles({ columns, sample: found.sample, header: found.header, entity: given });
  const entity = given ?? entityByColumns({ ...guess.mapping, ...options.map });
  const final = given === entity ? guess : guessRoles({ columns, sample: found.sample, header: found.header, entity });
  applyMapping(file, final, options.map, columns);
  demandRoles(file, entity, final.mapping, columns);
  return {
    path: file,
    readPath: file,
    format: found.format ?? format,
    entity,
    columns,
    sample: found.sample,
    reading: found.reading,
    expectedRows: found.expectedRows,
    ...final,
  };
}

function formatOf(file: string): FileFormat {
  const name = path.basename(file).toLowerCase().replace(/\.gz$/, '');
  const ending = path.extname(name);
  if (Object.hasOwn(movieLensFiles, name)) return 'movielens-100k';
  if (Object.hasOwn(recboleEntities, ending)) return 'recbole';
  if (ending === '.parquet' || ending === '.pq') return 'parquet';
  if (ending === '.jsonl' || ending === '.ndjson' || ending === '.json') return 'jsonl';
  return 'csv';
}

function entityByName(file: string): Entity | undefined {
  const stem = path.basename(file).toLowerCase().split('.')[0] ?? '';
  if (/^(users?|customers?|members?)$/.test(stem)) return 'users';
  if (/^(items?|movies?|products?|contents?|articles?|books?)$/.test(stem)) return 'items';
  return undefined;
}

/** Users or items where there is only one id, and nothing that only interactions have. */
function entityByColumns(mapping: ColumnMapping): Entity {
  const happened = ['timestamp', 'value', 'type', 'event', 'session'].some((role) => role in mapping);
  if (happened || 'user' in mapping === 'item' in mapping) return 'interactions';
  return 'user' in mapping ? 'users' : 'items';
}

async function openText(file: string, format: Exclude<FileFormat, 'parquet'>, guessed: boolean): Promise<Found> {
  const known = format === 'movielens-100k' ? movieLensFiles[path.basename(file).toLowerCase()] : undefined;
  const head = await readHead(file, known ? 'latin1' : undefined);
  if (head.text.trim() === '') throw empty(file, 'it is empty');
  const binary = binaryLineOf(head.text);
  if (binary !== null) throw noText(file, binary);
  const lists =
    format === 'adjacency' ||
    (guessed && format === 'csv' && entityByName(file) === undefined && /\.txt(\.gz)?$/i.test(file) && isAdjacency(head.text));
  const found = lists
    ? openAdjacency(head.text)
    : format === 'jsonl'
      ? openJsonLines(file, head.text)
      : format === 'recbole'
        ? openRecbole(file, head.text)
        : known
          ? openMovieLens(known, head.text)
          : openCsv(file, head.text);
  if (found.sample.length === 0) throw empty(file, 'it has a header and no rows');
  const lines = head.text.split('\n').length - 1;
  const expectedRows =
    file.endsWith('.gz') || lines === 0 ? undefined : Math.round((head.sizeBytes * lines) / Buffer.byteLength(head.text));
  return { ...found, expectedRows };
}

function empty(file: string, why: string): EngineError {
  return new EngineError('bad_data', `${file} holds no data: ${why}. Choose a file with rows.`, { file });
}

function openCsv(file: string, text: string): Found {
  const delimiter = /\.(tsv|tab)(\.gz)?$/i.test(file) ? '\t' : undefined;
  const { dialect, sample } = readDialect(text, delimiter);
  return { reading: { kind: 'delimited', dialect }, names: dialect.columns, sample, header: dialect.header };
}

function openRecbole(file: string, text: string): Found {
  const [first = [], ...sample] = parseRecords(text, '\t', '', 201);
  const fields = readRecboleHeader(file, first.join('\t'));
  const names = fields.map((field) => field.name);
  return {
    reading: { kind: 'delimited', dialect: { delimiter: '\t', quote: '', header: true, columns: names } },
    names,
    sample,
    header: true,
    entity: recboleEntities[path.extname(file.replace(/\.gz$/, '')).toLowerCase()],
    declared: Object.fromEntries(fields.map((field) => [field.name, field.kind])),
  };
}

function openMovieLens(known: (typeof movieLensFiles)[string], text: string): Found {
  const records = parseRecords(text, known.dialect.delimiter, '', 200);
  const names = known.dialect.derived?.map((column) => column.name) ?? known.dialect.columns;
  // Of columns that are made by SQL the sample has those that stand in the file as they are.
  const places = names.map((name) => known.dialect.columns.indexOf(name));
  return {
    reading: { kind: 'delimited', dialect: known.dialect },
    names,
    sample: records.map((record) => places.map((place) => record[place] ?? null)),
    header: true,
    entity: known.entity,
    declared: known.declared,
  };
}

function openJsonLines(file: string, text: string): Found {
  const objects: Record<string, unknown>[] = [];
  for (const line of text
    .split('\n')
    .filter((candidate) => candidate.trim() !== '')
    .slice(0, 200)) {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) objects.push(value as Record<string, unknown>);
    } catch {
      // A broken line is rejected by the import, with its number.
    }
  }
  if (objects.length === 0) {
    throw new EngineError(
      'bad_data',
      `${file} is no JSON Lines file: none of its first lines is an object such as {"user_id": "u1", "item_id": "i1"}.`,
      { file },
    );
  }
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const textOf = (value: unknown): string | null =>
    value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);
  const sample = objects.map((object) => names.map((name) => textOf(Object.hasOwn(object, name) ? object[name] : null)));
  return { reading: { kind: 'jsonl' }, names, sample, header: true };
}
