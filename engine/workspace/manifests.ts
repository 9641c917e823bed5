import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { EngineError } from '#contract/errors';

/** Ids are made by us; one that comes from outside becomes part of a path only in this form. */
const idForm = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export function assertId(id: string, noun: string): void {
  if (!idForm.test(id)) throw new EngineError('not_found', `There is no ${noun} "${id.slice(0, 80)}".`);
}

/** A new id that sorts by time: `run-20260102-030405-a1b2c3`. */
export function newId(prefix: string): string {
  const now = new Date().toISOString();
  const stamp = `${now.slice(0, 4)}${now.slice(5, 7)}${now.slice(8, 10)}-${now.slice(11, 13)}${now.slice(14, 16)}${now.slice(17, 19)}`;
  const random = Math.floor(Math.random() * 0x1000000)
    .toString(16)
    .padStart(6, '0');
  return `${prefix}-${stamp}-${random}`;
}

/** The manifest of one folder. A folder without its manifest does not exist. */
export async function readFolderManifest<T>(folder: string, file: string, schema: z.ZodType<T>, noun: string): Promise<T> {
  const id = path.basename(folder);
  assertId(id, noun);
  let text: string;
  try {
    text = await readFile(path.join(folder, file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new EngineError('not_found', `There is no ${noun} "${id}".`);
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new EngineError('workspace_damaged', `${path.join(folder, file)} is damaged. Delete the folder, or restore it from a backup.`);
  }
  return parsed.data;
}

/** The manifests of every sub-folder, newest first. Damaged ones are left out here, and named when they are opened. */
export async function listFolderManifests<T>(parent: string, file: string, schema: z.ZodType<T>, noun: string): Promise<T[]> {
  const names = (await readdir(parent, { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory() && idForm.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .reverse();
  const found = await Promise.all(names.map((name) => readFolderManifest(path.join(parent, name), file, schema, noun).catch(() => null)));
  return found.filter((manifest) => manifest !== null) as T[];
}
