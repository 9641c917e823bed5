import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { kindOfPath } from './file-head.ts';
import { movieLensFiles } from './movielens.ts';

export interface FoundFiles {
  tables: string[];
  /** The vectors of the preference model behind generated data. */
  oracle: { users: string; items: string } | null;
}

const known = /\.(csv|tsv|tab|parquet|pq|jsonl|ndjson|inter|user|item)(\.gz)?$/i;
const oracleFiles = ['oracle-users.csv', 'oracle-items.csv'] as const;

/** The files to import: those named, and of a folder those whose names tell what they are, interactions first. */
export async function findFiles(paths: string[]): Promise<FoundFiles> {
  const tables: string[] = [];
  let oracle: FoundFiles['oracle'] = null;
  for (const given of paths) {
    if ((await kindOfPath(given)) === 'file') {
      tables.push(given);
      continue;
    }
    const names = (await readdir(given)).sort();
    if (oracleFiles.every((name) => names.includes(name))) {
      oracle = { users: path.join(given, oracleFiles[0]), items: path.join(given, oracleFiles[1]) };
    }
    const chosen = names.filter(
      (name) => Object.hasOwn(movieLensFiles, name) || (known.test(name) && !name.startsWith('oracle-') && !name.startsWith('.')),
    );
    if (chosen.length === 0) {
      throw new EngineError(
        'bad_data',
        `${given} holds no file to import. Expected are interactions, users or items as .csv, .tsv, .parquet, .jsonl, RecBole's .inter, .user, .item, or MovieLens 100K's u.data, u.item, u.user.`,
        { file: given, found: names.slice(0, 50) },
      );
    }
    tables.push(...chosen.sort((a, b) => rank(a) - rank(b)).map((name) => path.join(given, name)));
  }
  return { tables, oracle };
}

/** Interactions first: they are what the others describe. */
function rank(name: string): number {
  if (/^(interactions|ratings|events)\b|\.inter\b|^u\.data$/i.test(name)) return 0;
  if (/^users?\b|\.user\b|^u\.user$/i.test(name)) return 1;
  if (/^(items?|movies?)\b|\.item\b|^u\.item$/i.test(name)) return 2;
  return 3;
}
