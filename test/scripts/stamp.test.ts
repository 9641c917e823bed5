import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashTree, readJson, writeJson } from '../../scripts/setup/stamp.mjs';
import { withFolder } from '../support/folders.ts';

test('the hash of the sources changes with a byte, a name, a new file and a removed one, and with nothing else', async () => {
  await withFolder(async (folder) => {
    mkdirSync(path.join(folder, 'engine/deep'), { recursive: true });
    writeFileSync(path.join(folder, 'engine/a.ts'), 'a');
    writeFileSync(path.join(folder, 'engine/deep/b.ts'), 'b');
    const hash = () => hashTree(folder, ['engine', 'package.json']);
    const first = hash();
    expect(hash()).toBe(first);
    const seen = new Set([first]);
    writeFileSync(path.join(folder, 'engine/a.ts'), 'A');
    seen.add(hash());
    renameSync(path.join(folder, 'engine/a.ts'), path.join(folder, 'engine/c.ts'));
    seen.add(hash());
    writeFileSync(path.join(folder, 'package.json'), '{}');
    seen.add(hash());
    rmSync(path.join(folder, 'engine/deep/b.ts'));
    seen.add(hash());
    expect(seen.size).toBe(5);
    writeFileSync(path.join(folder, 'unrelated.txt'), 'x');
    expect(seen.has(hash())).toBe(true);
  });
});

test('text that moves from one file to the next changes the hash', async () => {
  await withFolder(async (folder) => {
    writeFileSync(path.join(folder, 'a'), 'xy');
    writeFileSync(path.join(folder, 'b'), '');
    const before = hashTree(folder, ['a', 'b']);
    writeFileSync(path.join(folder, 'a'), 'x');
    writeFileSync(path.join(folder, 'b'), 'y');
    expect(hashTree(folder, ['a', 'b'])).not.toBe(before);
  });
});

test('a stamp is written whole and leaves no draft, and half of one counts as none', async () => {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'deep', 'stamp.json');
    expect(readJson(file)).toBeUndefined();
    writeJson(file, { lock: 'abc' });
    expect(readJson(file)).toEqual({ lock: 'abc' });
    expect(readdirSync(path.dirname(file))).toEqual(['stamp.json']);
    writeFileSync(file, '{"lock": "a');
    expect(readJson(file)).toBeUndefined();
  });
});
