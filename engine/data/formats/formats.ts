import { adjacency } from './adjacency.ts';
import { arrow } from './arrow.ts';
import { csv } from './csv.ts';
import { databaseFile } from './database-file.ts';
import type { Format } from './format.ts';
import { jsonDocuments } from './json-documents.ts';
import { jsonLines } from './json-lines.ts';
import { movieLens1m } from './movielens-1m.ts';
import { movieLens100k } from './movielens-100k.ts';
import { parquet } from './parquet.ts';
import { recbole } from './recbole.ts';

/** Every format, in the order in which they are asked whether a file is theirs. The last takes any text. */
export const formats: readonly Format[] = [
  parquet,
  arrow,
  databaseFile,
  movieLens100k,
  movieLens1m,
  recbole,
  jsonDocuments,
  jsonLines,
  adjacency,
  csv,
];
