import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { kindOfPath } from './file-head.ts';
import { isPostgres } from './formats/database-file.ts';
import { hasEnding } from './formats/format.ts';
import { formats } from './formats/formats.ts';
import { withMemoryDatabase } from './memory-database.ts';
import { quoteText } from './sql.ts';
import { plainName } from './unpacked.ts';

/** A file to import, and what the folders above it say of each of its rows (`type=click/day=2024-01-31/part-0.parquet`). */
export interface FoundFile {
  path: string;
  constants: Record<string, string>;
}

export interface FoundFiles {
  tables: FoundFile[];
  /** The vectors of the preference model behind generated data. */
  oracle: { users: string; items: string } | null;
}

const oracleFiles = ['oracle-users.csv', 'oracle-items.csv'] as const;
const movieLens1m = ['ratings.dat', 'users.dat', 'movies.dat'];
/** Texts of any name lie in folders: notes, licences. They are imported when they are named. */
const loose = ['.txt', '.dat', '.json', '.db'];

/** A `key=value` folder, as Hive and Spark write them. */
const partition = /^([^=]+)=(.*)$/;

/** What the part of a path below `root` says by its folders. */
function constantsOf(root: string, file: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const folder of path.relative(root, path.dirname(file)).split(path.sep)) {
    const parts = partition.exec(folder);
    if (parts && parts[2] !== '__HIVE_DEFAULT_PARTITION__') found[parts[1] as string] = decoded(parts[2] as string);
  }
  return found;
}

/** Hive writes signs that no folder may have as %2F. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const isTable = (name: string): boolean => {
  const plain = plainName(name);
  if (name.startsWith('.') || name.startsWith('_') || plain.startsWith('oracle-')) return false;
  if (movieLens1m.includes(plain)) return true;
  return !loose.some((ending) => plain.endsWith(ending)) && formats.some((format) => hasEnding(format, plain));
};

/** The files of a folder that name what they are, those in folders `key=value` too, and how many folders deep these may be. */
async function filesBelow(folder: string, depth = 8): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter((entry) => !entry.isDirectory() && isTable(entry.name)).map((entry) => path.join(folder, entry.name));
  if (depth === 0) return files;
  for (const entry of entries)
    if (entry.isDirectory() && partition.test(entry.name)) files.push(...(await filesBelow(path.join(folder, entry.name), depth - 1)));
  return files;
}

const isGlob = (given: string): boolean => /[*?]|\[[^\]]*\]/.test(given);

/** Where a pattern begins: what stands before it are folders of their own names. */
function rootOf(pattern: string): string {
  const parts = pattern.split(/[\\/]/);
  const first = parts.findIndex(isGlob);
  return parts.slice(0, first).join(path.sep) || (pattern.startsWith('/') ? '/' : '.');
}

/** The files to import: those named, those that patterns (`logs/*.csv`, `**`) find, and of a folder those whose names tell what they are, interactions first. */
export async function findFiles(paths: string[]): Promise<FoundFiles> {
  const tables: FoundFile[] = [];
  let oracle: FoundFiles['oracle'] = null;
  for (const given of paths) {
    if (isPostgres(given)) {
      tables.push({ path: given, constants: {} });
      continue;
    }
    const kind = await kindOfPath(given).catch((error: unknown) => {
      if (isGlob(given)) return 'pattern' as const;
      throw error;
    });
    if (kind === 'file') {
      tables.push({ path: given, constants: {} });
      continue;
    }
    const root = kind === 'folder' ? given : rootOf(given);
    const found =
      kind === 'folder'
        ? await filesBelow(given)
        : await withMemoryDatabase(async (session) =>
            (await session.rows<{ file: string }>(`SELECT file FROM glob(${quoteText(given)}) ORDER BY file`)).map(({ file }) => file),
          );
    if (kind === 'folder') {
      const names = await readdir(given);
      if (oracleFiles.every((name) => names.includes(name)))
        oracle = { users: path.join(given, oracleFiles[0]), items: path.join(given, oracleFiles[1]) };
    }
    if (found.length === 0) {
      throw new EngineError(
        'bad_data',
        kind === 'pattern'
          ? `No file matches ${given}.`
          : `${given} holds no file to import. Expected are interactions, users or items as .csv, .tsv, .parquet, .jsonl, .arrow, .duckdb, RecBole's .inter, .user, .item, or MovieLens' own files; files of other names are imported when they are named.`,
        { file: given, ...(kind === 'folder' ? { found: (await readdir(given)).slice(0, 50) } : {}) },
      );
    }
    tables.push(...found.map((file) => ({ path: file, constants: constantsOf(root, file) })).sort((a, b) => rank(a.path) - rank(b.path)));
  }
  return { tables, oracle };
}

/** Interactions first: they are what the others describe. */
function rank(file: string): number {
  const name = plainName(file);
  if (/^(interactions|ratings|events)\b|\.inter\b|^u\.data$/.test(name)) return 0;
  if (/^users?\b|\.user\b|^u\.user$/.test(name)) return 1;
  if (/^(items?|movies?|links)\b|\.item\b|^u\.item$/.test(name)) return 2;
  return 3;
}
