import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildVectorIndex } from '../../../engine/retrieval/build.ts';
import { createExactIndex } from '../../../engine/retrieval/exact-index.ts';
import { buildHnswIndex, type HnswIndex } from '../../../engine/retrieval/hnsw-index.ts';
import { loadVectorIndex, saveVectorIndex } from '../../../engine/retrieval/index-file.ts';
import { readInstallationKey } from '../../../engine/retrieval/installation-key.ts';
import { measureVectorIndex } from '../../../engine/retrieval/measure.ts';
import type { VectorIndex } from '../../../engine/retrieval/vector-index.ts';
import { clusteredVectors } from './vectors.ts';

const items = clusteredVectors(2000, 16, 1);
const queries = clusteredVectors(100, 16, 2);
const queryAt = (row: number): Float32Array => queries.data.subarray(row * 16, (row + 1) * 16);
const key = new Uint8Array(32).fill(7);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'retrieval-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each<[string, () => Promise<VectorIndex>]>([
  ['exact', () => createExactIndex(items)],
  ['hnsw', () => buildHnswIndex(items, { precision: 'f32' })],
])('%s search', (_kind, make) => {
  let index: VectorIndex;
  beforeAll(async () => {
    index = await make();
  });

  test('finds an item by its own vector', () => {
    for (const row of [0, 777, 1999]) expect(index.search(items.data.subarray(row * 16, row * 16 + 16), 1).rows[0]).toBe(row);
  });

  test('gives dot products, best first', () => {
    const query = queryAt(3);
    const { rows, scores } = index.search(query, 20);
    expect(rows).toHaveLength(20);
    rows.forEach((row, at) => {
      const dot = query.reduce((sum, value, i) => sum + value * (items.data[row * 16 + i] as number), 0);
      expect(scores[at]).toBeCloseTo(dot, 6);
      if (at > 0) expect(scores[at] as number).toBeLessThanOrEqual(scores[at - 1] as number);
    });
  });

  test('gives every item where more are asked than there are', () => {
    expect(new Set(index.search(queryAt(0), 5000).rows).size).toBe(
      index.kind === 'exact' ? 2000 : index.search(queryAt(0), 5000).rows.length,
    );
  });

  test('refuses a query of another length, one with NaN, and k below 1', () => {
    expect(() => index.search(new Float32Array(15), 5)).toThrow(/15 numbers.*16 dimensions/);
    expect(() => index.search(new Float32Array(16).fill(Number.NaN), 5)).toThrow(/not finite/);
    expect(() => index.search(queryAt(0), 0)).toThrow(/k is 0/);
  });

  test('refuses vectors with NaN and names the row', async () => {
    const broken = { rows: 3, columns: 2, data: new Float32Array([0, 1, 1, 0, 1, Number.NaN]) };
    const attempt = index.kind === 'exact' ? createExactIndex(broken) : buildHnswIndex(broken, { precision: 'f32' });
    await expect(attempt).rejects.toMatchObject({ code: 'bad_data', details: { row: 2 } });
  });
});

test('exact search is exact, and equal scores come by row', async () => {
  // Rows 1 and 3 to 9 all have the product 1 with the query; row 2 has 2. The cut at 3 goes through the equal ones.
  const data = new Float32Array(20);
  for (let row = 0; row < 10; row++) data[row * 2] = row === 2 ? 2 : row === 0 ? 0.5 : 1;
  const index = await createExactIndex({ rows: 10, columns: 2, data });
  expect([...index.search(new Float32Array([1, 0]), 3).rows]).toEqual([2, 1, 3]);
});

test('the graph finds nearly all of the exact top 100, and the measure says how many', async () => {
  const exact = await createExactIndex(items);
  const graph = await buildHnswIndex(items, { precision: 'f32' });
  const { recall, latencyMs } = await measureVectorIndex(graph, exact, queries);
  expect(recall).toMatchObject({ k: 100, queries: 100 });
  expect(recall.value).toBeGreaterThan(0.98);
  expect(latencyMs.p99).toBeGreaterThanOrEqual(latencyMs.p50);
  // Counted by hand for one query, to check the measure itself.
  const truth = new Set(exact.search(queryAt(0), 100).rows);
  const found = graph.search(queryAt(0), 100).rows.filter((row) => truth.has(row)).length;
  const one = { rows: 1, columns: 16, data: queryAt(0) };
  expect((await measureVectorIndex(graph, exact, one)).recall.value).toBe(found / 100);
});

test('building stops when it is asked to', async () => {
  const stop = async (): Promise<void> => {
    throw new Error('stop');
  };
  await expect(buildHnswIndex(items, { precision: 'f32' }, stop)).rejects.toThrow('stop');
});

describe('a saved index', () => {
  let graph: HnswIndex;
  beforeAll(async () => {
    graph = await buildHnswIndex(items, { precision: 'f32' });
  });

  test('answers after loading as before it', async () => {
    const file = path.join(folder, 'a.usearch');
    const saved = await saveVectorIndex(graph, items, file, key);
    expect(saved.sizeBytes).toBe((await stat(file)).size);
    const loaded = (await loadVectorIndex(file, saved, items, key)) as HnswIndex;
    for (let row = 0; row < 20; row++) expect(loaded.search(queryAt(row), 50)).toEqual(graph.search(queryAt(row), 50));
  });

  test('is not opened with one bit flipped, even with its hash put right', async () => {
    const file = path.join(folder, 'b.usearch');
    const saved = await saveVectorIndex(graph, items, file, key);
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    await writeFile(file, bytes);
    expect(await loadVectorIndex(file, saved, items, key)).toBeNull();
    const { createHash } = await import('node:crypto');
    const forged = { ...saved, sha256: createHash('sha256').update(bytes).digest('hex') };
    expect(await loadVectorIndex(file, forged, items, key)).toBeNull();
  });

  test('is not opened by another installation, nor for other vectors, nor when it is gone', async () => {
    const file = path.join(folder, 'c.usearch');
    const saved = await saveVectorIndex(graph, items, file, key);
    expect(await loadVectorIndex(file, saved, items, new Uint8Array(32).fill(8))).toBeNull();
    expect(await loadVectorIndex(file, saved, clusteredVectors(2000, 16, 3), key)).toBeNull();
    expect(await loadVectorIndex(path.join(folder, 'none.usearch'), saved, items, key)).toBeNull();
  });
});

test('an installation keeps one key, which only its owner can read', async () => {
  const home = path.join(folder, 'home');
  const [first, second] = await Promise.all([readInstallationKey(home), readInstallationKey(home)]);
  expect(first).toHaveLength(32);
  expect(second).toEqual(first);
  expect((await stat(path.join(home, 'installation.key'))).mode & 0o077).toBe(0);
  expect(await readInstallationKey(path.join(folder, 'other'))).not.toEqual(first);
});

test('building by choice measures both and keeps exact search for a small catalogue', async () => {
  const phases = new Set<string>();
  const built = await buildVectorIndex(items, {
    kind: 'auto',
    queries,
    file: path.join(folder, 'd.usearch'),
    key,
    checkpoint: async ({ phase }) => void phases.add(phase),
  });
  expect(phases).toContain('Building the vector index');
  expect(built.info).toMatchObject({ kind: built.index.kind, items: 2000, dimensions: 16, precision: 'f32' });
  expect(built.info.reason.length).toBeGreaterThan(20);
  if (built.index.kind === 'exact') expect(built.info.recall.value).toBe(1);
  // Exact search never finds less; whichever is chosen, both were measured and stay to be compared.
  const graph = built.info.kind === 'exact' ? built.info.graph : built.info;
  expect(graph?.recall).toMatchObject({ k: 100 });
  expect(graph?.latencyMs.p50).toBeGreaterThan(0);
  expect(built.info.exactLatencyMs.p50).toBeGreaterThan(0);

  const asked = await buildVectorIndex(items, {
    kind: 'hnsw',
    queries,
    file: path.join(folder, 'e.usearch'),
    key,
    checkpoint: async () => undefined,
  });
  expect(asked.settings).toEqual({ kind: 'hnsw', precision: 'f32', connectivity: 16, expansionAdd: 128, expansionSearch: 256 });
  expect(await loadVectorIndex(path.join(folder, 'e.usearch'), asked.saved as NonNullable<typeof asked.saved>, items, key)).not.toBeNull();
});
