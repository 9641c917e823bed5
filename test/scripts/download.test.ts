import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fetchWheel, NotOffered, verifyFile } from '../../scripts/setup/download.mjs';
import { withFolder } from '../support/folders.ts';

const content = 'the pinned bytes';
const wheel = { name: 'tensorflow-cpu', version: '1.0', file: 'pinned.whl', sha256: createHash('sha256').update(content).digest('hex') };

function listener() {
  const lines: string[] = [];
  return { lines, line: (text: string) => void lines.push(text), progress: () => undefined };
}

/** Downloads from a local file, a different one at each attempt. */
function from(...sources: string[]) {
  let attempt = 0;
  return async (wanted: { file: string }, work: string) => {
    copyFileSync(sources[Math.min(attempt++, sources.length - 1)] as string, path.join(work, wanted.file));
  };
}

test('a file with the pinned hash is kept, and nothing else stays behind', async () => {
  await withFolder(async (folder) => {
    const source = path.join(folder, 'source');
    writeFileSync(source, content);
    const file = await fetchWheel(wheel, folder, { say: listener(), fetchInto: from(source) });
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(readdirSync(folder).sort()).toEqual(['pinned.whl', 'source']);
  });
});

test('a file with another hash is refused three times, said so with both hashes, and not kept', async () => {
  await withFolder(async (folder) => {
    const source = path.join(folder, 'source');
    writeFileSync(source, `${content}!`);
    const say = listener();
    const other = createHash('sha256').update(`${content}!`).digest('hex');
    await expect(fetchWheel(wheel, folder, { say, fetchInto: from(source) })).rejects.toThrow(
      `pinned.whl is not the pinned file: its SHA-256 is ${other}, expected ${wheel.sha256}. It was not used.`,
    );
    expect(say.lines).toHaveLength(3);
    expect(readdirSync(folder)).toEqual(['source']);
  });
});

test('an attempt that fails is followed by another', async () => {
  await withFolder(async (folder) => {
    const [bad, good] = [path.join(folder, 'bad'), path.join(folder, 'good')];
    writeFileSync(bad, content.slice(0, 5));
    writeFileSync(good, content);
    const say = listener();
    const file = await fetchWheel(wheel, folder, { say, fetchInto: from(bad, good) });
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(say.lines).toHaveLength(1);
  });
});

test('what the index does not offer is asked for once', async () => {
  await withFolder(async (folder) => {
    const say = listener();
    const fetchInto = async () => {
      throw new NotOffered('No matching distribution');
    };
    await expect(fetchWheel(wheel, folder, { say, fetchInto })).rejects.toThrow('No matching distribution');
    expect(say.lines).toHaveLength(1);
  });
});

test('a good file from before is used without a download, a damaged one is fetched again', async () => {
  await withFolder(async (folder) => {
    const target = path.join(folder, wheel.file);
    let fetched = 0;
    const fetchInto = async (wanted: { file: string }, work: string) => {
      fetched++;
      writeFileSync(path.join(work, wanted.file), content);
    };
    writeFileSync(target, content);
    await fetchWheel(wheel, folder, { say: listener(), fetchInto });
    expect(fetched).toBe(0);
    writeFileSync(target, 'damaged');
    await fetchWheel(wheel, folder, { say: listener(), fetchInto });
    expect(fetched).toBe(1);
    expect(readFileSync(target, 'utf8')).toBe(content);
  });
});

test('verifying a file that is right says nothing', async () => {
  await withFolder(async (folder) => {
    const file = path.join(folder, 'x');
    writeFileSync(file, content);
    await expect(verifyFile(file, wheel.sha256)).resolves.toBeUndefined();
    expect(existsSync(file)).toBe(true);
  });
});
