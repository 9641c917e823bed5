import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BundleContents } from '../../../engine/bundles/contents.ts';
import { writeBundle } from '../../../engine/bundles/write-bundle.ts';
import { loadServedModel } from '../../../engine/serving/served-model.ts';
import { openService } from '../../../engine/serving/service.ts';
import { sampleContents } from '../bundles/sample-contents.ts';
import { ask } from './ask.ts';

let folder: string;
let number = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'served-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function pack(contents: BundleContents): Promise<string> {
  const bundle = path.join(folder, `b${++number}`);
  await writeBundle(bundle, contents);
  return bundle;
}

test('a bundle that asks for a graph answers exactly at once, and through the graph when it is built', async () => {
  const contents = sampleContents({ users: 20, items: 1500, ranker: false });
  const { recommender, buildIndex } = await loadServedModel(
    await pack({ ...contents, vectorIndex: { kind: 'hnsw', precision: 'f32', connectivity: 16 } }),
  );
  const exact = ask(recommender, 'u3', 20, [], 0).items;
  let asked = 0;
  await expect(
    buildIndex(() => {
      asked += 1;
      return true;
    }),
  ).rejects.toMatchObject({ code: 'cancelled' });
  expect(asked).toBe(1);
  await buildIndex(() => false);
  expect(recommender.index.kind).toBe('hnsw');
  const approximate = ask(recommender, 'u3', 20, [], 0).items;
  const found = approximate.filter(({ item_id }) => exact.some((item) => item.item_id === item_id));
  expect(found.length).toBeGreaterThanOrEqual(18);
});

test('a bundle with users of whom nothing is known is served; they get what is popular', async () => {
  const contents = sampleContents({ users: 20, ranker: false });
  contents.known[0] = 0;
  const { recommender } = await loadServedModel(await pack(contents));
  const [stranger, other] = contents.userIds as [string, string];
  expect(ask(recommender, stranger, 5, [], 0).source).toBe('popularity');
  expect(ask(recommender, other, 5, [], 0).source).toBe('retrieval');
});

describe('a bundle that would not answer well is refused before anybody asks it', () => {
  const ranker = sampleContents().ranker as NonNullable<BundleContents['ranker']>;
  const without = (name: string) => Object.fromEntries(Object.entries(ranker.arrays).filter(([key]) => key !== name));
  const huge = {
    ...ranker.arrays,
    'ranker.layer2.bias': { shape: [1], data: new Float32Array([3e38]) },
    'ranker.layer2.weights': { shape: [8, 1], data: new Float32Array(8).fill(3e38) },
  };

  test.each([
    ['a layer is missing', without('ranker.layer0.weights'), /ranker\.layer0\.weights/],
    ['a feature state is missing', without('features.item.trend'), /features\.item\.trend/],
    [
      'a shape does not fit',
      { ...ranker.arrays, 'ranker.mean': { shape: [2], data: new Float32Array(2) } },
      /ranker\.scale|ranker\.mean|shape/,
    ],
  ])('%s', async (_name, arrays, words) => {
    const bundle = await pack({ ...sampleContents(), ranker: { ...ranker, arrays } });
    await expect(loadServedModel(bundle)).rejects.toMatchObject({ code: 'bundle_refused', message: expect.stringMatching(words) });
  });

  test('its scores overflow', async () => {
    const vectors = sampleContents({ ranker: false });
    const large = { ...vectors.itemEmbeddings, data: vectors.itemEmbeddings.data.map(() => 3e38) };
    const users = { ...vectors.userEmbeddings, data: vectors.userEmbeddings.data.map(() => 3e38) };
    const bundle = await pack({ ...vectors, itemEmbeddings: large, userEmbeddings: users });
    await expect(loadServedModel(bundle)).rejects.toMatchObject({ code: 'bundle_refused', message: expect.stringMatching(/self-check/) });
    // Saturated, but finite: a sigmoid of something huge is 1.
    await expect(loadServedModel(await pack({ ...sampleContents(), ranker: { ...ranker, arrays: huge } }))).resolves.toBeDefined();
  });

  test('it has no items', async () => {
    const contents = sampleContents({ users: 2, items: 1, ranker: false });
    const none = {
      ...contents,
      itemIds: [],
      itemEmbeddings: { rows: 0, columns: 8, data: new Float32Array(0) },
      popularity: new Float32Array(0),
      seen: { indptr: new Int32Array(3), indices: new Int32Array(0), types: null, typeNames: [] },
      attributes: { ...contents.attributes, items: { rows: 0, categories: [], lists: [], numbers: [] } },
    };
    await expect(loadServedModel(await pack(none))).rejects.toMatchObject({
      code: 'bundle_refused',
      message: expect.stringMatching(/no items/),
    });
  });
});

test('users who saw everything get an empty list, and a bundle of only such users serves', async () => {
  const contents = sampleContents({ users: 3, items: 2 });
  const { recommender } = await loadServedModel(await pack(contents));
  expect(ask(recommender, 'u0', 10, [], 0).items).toEqual([]);
});

test.each([
  ['data of 2024', '2024-01-01T00:00:00.000Z'],
  ['a date in the future among its data', '2099-12-31T00:00:00.000Z'],
])('after a swap and after a restart, what was received since counts in the features, late events too: %s', async (_what, dataAsOf) => {
  const contents = { ...sampleContents(), dataAsOf, eventsThrough: 0 };
  const [first, second] = [await pack(contents), await pack({ ...contents, version: 'v2' })];
  const events = await mkdtemp(path.join(folder, 'events-'));
  const service = await openService({ bundlePath: first, eventLogFolder: events, onStored: () => undefined });
  const at = Date.UTC(2025, 0, 1);
  const scores = (from: typeof service) => ask(from.current(), 'u0', 20, ['i9'], at).items;
  const before = scores(service);
  await service.events.receive([
    { event_id: 'late', user_id: 'u0', item_id: 'i9', event_type: 'like', timestamp: '2024-06-01T00:00:00Z' },
    { event_id: 'early', user_id: 'u0', item_id: 'i9', event_type: 'like', timestamp: '2023-06-01T00:00:00Z' },
  ]);
  expect(scores(service)).not.toEqual(before);
  const after = scores(service);
  await service.swap(second);
  expect(scores(service)).toEqual(after);
  const [newest] = service.events.memory.newest(1);
  const counted = await pack({ ...contents, version: 'v3', eventsThrough: newest?.receivedMs });
  await service.swap(counted);
  expect(scores(service)).toEqual(before);
  await service.close();
  const again = await openService({ bundlePath: first, eventLogFolder: events, onStored: () => undefined });
  expect(scores(again)).toEqual(after);
  await again.close();
});

test('a bundle of an older version is told what was received after it was made, and before that what happened after its data', async () => {
  const contents = { ...sampleContents(), createdAt: '2024-06-01T00:00:00.000Z', dataAsOf: '2024-01-01T00:00:00.000Z' };
  const at = Date.UTC(2025, 0, 1);
  const line = (id: string, item_id: string, timestampMs: number, receivedMs?: number): string =>
    `${JSON.stringify({ event_id: id, user_id: 'u0', item_id, event_type: 'like', value: null, session_id: null, context: null, timestampMs, ...(receivedMs ? { receivedMs } : {}) })}\n`;
  const scoresWith = async (name: string, lines: string): Promise<unknown> => {
    const events = path.join(folder, name);
    await mkdir(events);
    await writeFile(path.join(events, '1.log'), lines);
    const service = await openService({
      bundlePath: await pack({ ...contents, version: name }),
      eventLogFolder: events,
      onStored: () => undefined,
    });
    const { items } = ask(service.current(), 'u0', 20, ['i9'], at);
    await service.close();
    return items;
  };
  const without = await scoresWith('none', '');
  expect(await scoresWith('old', line('a', 'i9', Date.UTC(2023, 0, 1)))).toEqual(without);
  expect(await scoresWith('before', line('a', 'i9', Date.UTC(2023, 0, 1), Date.UTC(2024, 2, 1)))).toEqual(without);
  expect(await scoresWith('later', line('a', 'i9', Date.UTC(2024, 1, 1)))).not.toEqual(without);
  expect(await scoresWith('late', line('a', 'i9', Date.UTC(2023, 0, 1), Date.UTC(2024, 6, 1)))).not.toEqual(without);
});
