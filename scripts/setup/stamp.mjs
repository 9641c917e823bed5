// Stamps: small proofs of work done, written last and by rename, so that a step killed half-way is done again.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/**
 * Reads a JSON file; undefined where there is none, or half of one.
 * @param {string} file
 * @returns {any}
 */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Writes a JSON file whole or not at all.
 * @param {string} file
 * @param {unknown} value
 */
export function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`);
  fs.renameSync(draft, file);
}

/**
 * SHA-256 over the names and contents of files and folders, in a fixed order. What is missing counts as missing.
 * @param {string} base
 * @param {string[]} entries relative to `base`
 */
export function hashTree(base, entries) {
  const hash = createHash('sha256');
  /** @param {string} name */
  const add = (name) => {
    const full = path.join(base, name);
    const stat = fs.statSync(full, { throwIfNoEntry: false });
    if (!stat) {
      hash.update(`${name}\0missing\0`);
    } else if (stat.isDirectory()) {
      for (const child of fs.readdirSync(full).sort()) if (child !== 'node_modules') add(`${name}/${child}`);
    } else {
      hash.update(`${name}\0${stat.size}\0`).update(fs.readFileSync(full));
    }
  };
  for (const entry of entries) add(entry);
  return hash.digest('hex');
}

/** @param {string} text */
export function hashText(text) {
  return createHash('sha256').update(text).digest('hex');
}
