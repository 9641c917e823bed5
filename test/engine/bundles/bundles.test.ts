import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BundleContents } from '../../../engine/bundles/contents.ts';
import { encodeManifest } from '../../../engine/bundles/manifest.ts';
import { readBundle } from '../../../engine/bundles/read-bundle.ts';
import { verifyBundle } from '../../../engine/bundles/verify-bundle.ts';
import { writeBundle } from '../../../engine/bundles/write-bundle.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../engine/math/safetensors.ts';
import { sampleContents } from './sample-contents.ts';

let folder: string;
let whole: string;
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bundles-'));
  whole = path.join(folder, 'whole');
  const table = path.join(folder, 'items-source.parquet');
  await writeFile(table, 'PAR1 some table PAR1');
  await writeBundle(whole, { ...sampleContents(), tables: { items: table } });
});
afterAll(() => rm(folder, { recursive: true }));

async function copyOf(source = whole): Promise<string> {
  const copy = path.join(folder, `copy-${++number}`);
  await cp(source, copy, { recursive: true });
  return copy;
}

/** Changes arrays of model.safetensors and puts size, hash and checksum right, as somebody would who knows the format. */
async function forge(
  change: (arrays: ReturnType<typeof decodeSafetensors>['arrays']) => void,
  bytesOf = encodeSafetensors,
): Promise<string> {
  const copy = await copyOf();
  const file = path.join(copy, 'model.safetensors');
  const { arrays } = decodeSafetensors(await readFile(file));
  change(arrays);
  const bytes = bytesOf(arrays);
  await writeFile(file, bytes);
  const manifest = JSON.parse(await readFile(path.join(copy, 'bundle.json'), 'utf8'));
  const entry = manifest.files.find((candidate: { path: string }) => candidate.path === 'model.safetensors');
  entry.sizeBytes = bytes.length;
  entry.sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeFile(path.join(copy, 'bundle.json'), encodeManifest(manifest));
  return copy;
}

test('a bundle comes back as it was packed', async () => {
  const contents = sampleContents();
  const bundle = await readBundle(whole);
  expect(bundle.manifest).toMatchObject({
    name: 'sample',
    version: 'v1',
    counts: { users: 50, items: 80, dimensions: 8 },
    ranker: { model: 'neural-ranker' },
    metrics: { 'ndcg@10': 0.1 },
    rankerMetrics: { auc: 0.8 },
  });
  expect(bundle.userIds).toEqual(contents.userIds);
  expect(bundle.userEmbeddings).toEqual(contents.userEmbeddings);
  expect(bundle.itemEmbeddings).toEqual(contents.itemEmbeddings);
  expect(bundle.popularity).toEqual(contents.popularity);
  expect(bundle.seen).toEqual(contents.seen);
  expect(bundle.ranker).toEqual(contents.ranker?.arrays);
  expect(bundle.attributes).toEqual(contents.attributes);
});

test('verifying counts files and bytes', async () => {
  const { files, sizeBytes, manifest } = await verifyBundle(whole);
  expect((await readdir(whole)).sort()).toEqual([
    'attributes.safetensors',
    'bundle.json',
    'items.parquet',
    'model-card.md',
    'model.safetensors',
    'openapi.json',
    'ranker.safetensors',
  ]);
  expect(files).toBe(7);
  expect(sizeBytes).toBeGreaterThan(manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0));
});

test('every id keeps its bytes, whatever it looks like', async () => {
  const ids = [
    '',
    'é',
    'e\u0301',
    '用户',
    '🧑‍🚀',
    '\u202eright',
    '../../etc',
    '%00',
    '__proto__',
    'constructor',
    'x'.repeat(1000),
    'a b',
    '\u0000',
    '\ufeffbom',
  ];
  const contents = sampleContents({ users: ids.length, items: ids.length });
  const target = path.join(folder, 'unicode');
  await writeBundle(target, { ...contents, userIds: ids, itemIds: [...ids].reverse() });
  const bundle = await readBundle(target);
  expect(bundle.userIds).toEqual(ids);
  expect(bundle.itemIds).toEqual([...ids].reverse());
});

test('one flipped bit in any file is refused, and the message names the file', async () => {
  for (const name of await readdir(whole)) {
    const bytes = await readFile(path.join(whole, name));
    for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
      const copy = await copyOf();
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      await writeFile(path.join(copy, name), flipped);
      await expect(verifyBundle(copy), `${name} at ${at}`).rejects.toMatchObject({ code: 'bundle_refused', details: { file: name } });
      await expect(readBundle(copy)).rejects.toMatchObject({ code: 'bundle_refused', message: expect.stringContaining(name) });
      await rm(copy, { recursive: true });
    }
  }
});

test('any flipped bit of the manifest is refused', async () => {
  const copy = await copyOf();
  const file = path.join(copy, 'bundle.json');
  const bytes = await readFile(file);
  for (let at = 0; at < bytes.length; at += 7) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
    await writeFile(file, flipped);
    await expect(verifyBundle(copy), `bit ${at % 8} of byte ${at}`).rejects.toMatchObject({ code: 'bundle_refused' });
  }
});

describe('a folder that is not what it claims is refused', () => {
  test('a file too many', async () => {
    const copy = await copyOf();
    await writeFile(path.join(copy, 'run-me.js'), '1');
    await expect(verifyBundle(copy)).rejects.toMatchObject({ code: 'bundle_refused', details: { file: 'run-me.js' } });
  });

  test('a folder too many', async () => {
    const copy = await copyOf();
    await mkdir(path.join(copy, 'more'));
    await expect(verifyBundle(copy)).rejects.toMatchObject({ details: { file: 'more' } });
  });

  test('a missing file, a cut file', async () => {
    const copy = await copyOf();
    await rm(path.join(copy, 'ranker.safetensors'));
    await expect(verifyBundle(copy)).rejects.toMatchObject({ details: { file: 'ranker.safetensors' } });
    const cut = await copyOf();
    const bytes = await readFile(path.join(cut, 'model.safetensors'));
    await writeFile(path.join(cut, 'model.safetensors'), bytes.subarray(0, -1));
    await expect(verifyBundle(cut)).rejects.toThrow(/model\.safetensors.*bytes/);
  });

  test('a link in place of a file, even to the same bytes', async () => {
    const copy = await copyOf();
    const target = path.join(folder, `elsewhere-${number}`);
    await rename(path.join(copy, 'model.safetensors'), target);
    await symlink(target, path.join(copy, 'model.safetensors'));
    await expect(verifyBundle(copy)).rejects.toThrow(/model\.safetensors: it is a link/);
  });

  test.each([
    '../outside.safetensors',
    '/etc/passwd',
    'C:\\windows\\x',
    '..\\x',
    '\\\\host\\share',
    'MODEL.SAFETENSORS',
    'a/../model.safetensors',
    'weights.pkl',
    'model.h5',
    'native.node',
    'x\u0000.md',
    'bundle.json',
    '__proto__',
    '',
    '.',
  ])('a listed path %j', async (name) => {
    const copy = await copyOf();
    const manifest = JSON.parse(await readFile(path.join(copy, 'bundle.json'), 'utf8'));
    manifest.files.push({ path: name, sizeBytes: 1, sha256: '0'.repeat(64) });
    await writeFile(path.join(copy, 'bundle.json'), encodeManifest(manifest));
    await expect(verifyBundle(copy)).rejects.toMatchObject({ code: 'bundle_refused', details: { file: name } });
  });

  test('files of two bundles mixed', async () => {
    const other = path.join(folder, 'other');
    await writeBundle(other, sampleContents({ seed: 2, version: 'v2' }));
    const copy = await copyOf();
    await cp(path.join(other, 'model.safetensors'), path.join(copy, 'model.safetensors'));
    await expect(verifyBundle(copy)).rejects.toMatchObject({ details: { file: 'model.safetensors' } });
  });

  test('a newer format, another schema, no JSON, no manifest, no folder', async () => {
    const copy = await copyOf();
    const file = path.join(copy, 'bundle.json');
    const manifest = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, encodeManifest({ ...manifest, formatVersion: 2 }));
    await expect(verifyBundle(copy)).rejects.toThrow(/Update Recsmith/);
    await writeFile(file, encodeManifest({ ...manifest, counts: 'many' }));
    await expect(verifyBundle(copy)).rejects.toThrow(/counts/);
    await writeFile(file, 'no');
    await expect(verifyBundle(copy)).rejects.toThrow(/not JSON/);
    await writeFile(file, Buffer.alloc(5 * 1024 * 1024, ' '));
    await expect(verifyBundle(copy)).rejects.toThrow(/more than/);
    await rm(file);
    await expect(verifyBundle(copy)).rejects.toThrow(/bundle\.json: it is missing/);
    await expect(verifyBundle(path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('arrays that a hash cannot judge are refused by name', () => {
  test('a NaN among the vectors', async () => {
    const copy = await forge(
      () => undefined,
      (arrays) => {
        const bytes = encodeSafetensors(arrays);
        const nan = new Uint8Array(new Float32Array([Number.NaN]).buffer);
        const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true)))).toString());
        bytes.set(nan, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true)) + header['item.embedding'].data_offsets[0]);
        return bytes;
      },
    );
    await expect(readBundle(copy)).rejects.toMatchObject({ code: 'bundle_refused', message: expect.stringMatching(/item\.embedding/) });
  });

  const floats = (arrays: ReturnType<typeof decodeSafetensors>['arrays'], name: string) => arrays[name]?.data as Int32Array;
  test.each<[string, RegExp, Parameters<typeof forge>[0]]>([
    [
      'vectors of another shape',
      /user\.embedding/,
      (arrays) => {
        arrays['user.embedding'] = { shape: [400], data: new Float32Array(400) };
      },
    ],
    ['no vectors', /item\.embedding.*missing/, (arrays) => void delete arrays['item.embedding']],
    [
      'popularity of too few items',
      /popularity/,
      (arrays) => {
        arrays.popularity = { shape: [1], data: new Float32Array(1) };
      },
    ],
    [
      'a seen item beyond the catalogue',
      /item row 80 of 80/,
      (arrays) => {
        floats(arrays, 'seen.indices')[3] = 80;
      },
    ],
    [
      'a negative seen item',
      /item row -1/,
      (arrays) => {
        floats(arrays, 'seen.indices')[3] = -1;
      },
    ],
    [
      'offsets that go backwards',
      /backwards/,
      (arrays) => {
        floats(arrays, 'seen.indptr')[3] = 90;
      },
    ],
    [
      'ids out of order',
      /user\.ids/,
      (arrays) => {
        floats(arrays, 'user.ids.offsets')[3] = 100_000;
      },
    ],
    [
      'two users of one id',
      /"u1"/,
      (arrays) => {
        (arrays['user.ids.bytes']?.data as Uint8Array)[1] = 0x31;
      },
    ],
  ])('%s', async (_name, message, change) => {
    await expect(readBundle(await forge(change))).rejects.toMatchObject({
      code: 'bundle_refused',
      message: expect.stringMatching(message),
    });
  });
});

describe('what does not fit is not packed, and leaves no folder', () => {
  test.each<[string, RegExp, Partial<BundleContents>]>([
    ['too few ids', /50 user vectors for 1 users/, { userIds: ['a'] }],
    ['a path for a name', /cannot name a bundle/, { name: '../x' }],
    ['a NaN', /popularity/, { popularity: new Float32Array(80).fill(Number.NaN) }],
    ['a table that is not there', /no such file/, { tables: { users: '/nowhere/users.parquet' } }],
  ])('%s', async (_name, message, change) => {
    const target = path.join(folder, 'never');
    await expect(writeBundle(target, { ...sampleContents(), ...change })).rejects.toThrow(message);
    expect((await readdir(folder)).filter((name) => name.includes('never'))).toEqual([]);
  });
});
