import { expect, test } from 'vitest';
import { widenInteractionState } from '../../../engine/features/interaction-state.ts';
import { createRankingFeatures, loadRankingFeatures, type RankingFeatures } from '../../../engine/features/ranking-features.ts';
import type { Matrix } from '../../../engine/math/arrays.ts';
import { createRandom } from '../../../engine/math/random.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Thursday at 00:00 UTC, as is the first day of 1970. */
const thursday = 28 * day;

const matrix = (...rows: number[][]): Matrix => ({
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  data: Float32Array.from(rows.flat()),
});
const embeddings = { userEmbeddings: matrix([1, 2], [0, 1]), itemEmbeddings: matrix([3, 4], [1, 0], [0, 2]) };

function rowOf(features: RankingFeatures, user: number, item: number, time: number): Record<string, number> {
  const out = new Float32Array(features.width);
  features.write(user, item, time, out, 0);
  return Object.fromEntries(features.names.map((name, i) => [name, out[i] as number]));
}

test('every feature of a small history, worked out by hand', () => {
  const features = createRankingFeatures(embeddings);
  features.observe(0, 1, thursday, 1);
  features.observe(0, 2, thursday + 10 * minute, 1);
  features.observe(1, 1, thursday + 30 * minute, 1);
  const row = rowOf(features, 0, 1, thursday + 6 * hour);
  const expected = {
    'user-embedding-0': 1,
    'user-embedding-1': 2,
    'user-activity': Math.log(1 + 2),
    'user-recency': Math.log(1 + 350),
    // 06:00 is a quarter of a day, and a 28th of a week that starts on Thursday.
    'hour-sin': 1,
    'hour-cos': 0,
    'weekday-sin': Math.sin((2 * Math.PI) / 28),
    'weekday-cos': Math.cos((2 * Math.PI) / 28),
    'item-embedding-0': 1,
    'item-embedding-1': 0,
    // Two events of this item, one on average: (1 + 2) / (1 + 1).
    'item-popularity': Math.log(3 / 2),
    'item-recency': Math.log(1 + 330),
    'item-age': Math.log(1 + 360),
    'product-0': 1,
    'product-1': 0,
    'dot-product': 1,
    // The user had items 1 and 2: cosines 1 and 0.
    'recent-similarity': 0.5,
    'recent-similarity-max': 1,
  };
  // Weights halve in seven days: item 1 has two, of 6 hours and of 5.5 hours; all three are 6, 5.83 and 5.5 hours old.
  const fade = (hours: number): number => 2 ** (-hours / 168);
  const trend = Math.log((1 + fade(6) + fade(5.5)) / (1 + (fade(6) + fade(6 - 1 / 6) + fade(5.5)) / 3));
  for (const [name, value] of Object.entries({ ...expected, 'item-trend': trend }))
    expect([name, row[name]]).toEqual([name, expect.closeTo(value, 5)]);
  expect(Object.keys(row).sort()).toEqual(Object.keys({ ...expected, 'item-trend': 0 }).sort());
});

test('an unknown user and an item that nobody met have a row of zeros, longest gaps and least popularity', () => {
  const features = createRankingFeatures(embeddings);
  features.observe(0, 1, thursday, 1);
  const row = rowOf(features, -1, 0, thursday);
  expect(row['user-embedding-1']).toBe(0);
  expect(row['dot-product']).toBe(0);
  expect(row['recent-similarity-max']).toBe(0);
  expect(row['user-activity']).toBe(0);
  const longest = Math.log(1 + 90 * 24 * 60);
  expect(row['user-recency']).toBeCloseTo(longest, 5);
  expect(row['item-recency']).toBeCloseTo(longest, 5);
  expect(row['item-popularity']).toBeCloseTo(Math.log(1 / (1 + 1 / 3)), 5);
});

test('the blocks written apart are the row written whole', () => {
  const features = createRankingFeatures(embeddings);
  features.observe(0, 2, thursday, 1);
  const whole = new Float32Array(features.width);
  features.write(0, 1, thursday + day, whole, 0);
  const parts = new Float32Array(features.width);
  features.writeUser(0, thursday + day, parts, features.blocks.user.start);
  features.writeItem(1, thursday + day, parts, features.blocks.item.start);
  features.writeCross(0, 1, parts, features.blocks.cross.start);
  expect(parts).toEqual(whole);
  expect([features.blocks.user.end, features.blocks.item.end, features.blocks.cross.end]).toEqual([
    features.blocks.item.start,
    features.blocks.cross.start,
    features.width,
  ]);
});

test('a server that starts years after the data ended sees gaps of at most a day more', () => {
  const features = createRankingFeatures(embeddings);
  features.observe(0, 1, thursday, 1);
  expect(rowOf(features, 0, 1, thursday + 10_000 * day)['user-recency']).toBeCloseTo(Math.log(1 + 24 * 60), 5);
  // One event after the silence moves the clock by that day, not by years.
  features.observe(1, 2, thursday + 10_000 * day, 1);
  expect(rowOf(features, 0, 1, thursday + 10_000 * day + hour)['user-recency']).toBeCloseTo(Math.log(1 + 25 * 60), 5);
});

test('data that goes beyond now does not stop the clock of who serves it', () => {
  const features = createRankingFeatures(embeddings);
  features.observe(0, 1, thursday, 1);
  features.observe(1, 2, Date.now() + 10_000 * day, 1);
  const loaded = loadRankingFeatures(features.save(), embeddings);
  const soon = Date.now() + hour;
  expect(rowOf(features, 0, 1, soon)['user-recency']).toBeCloseTo(Math.log(1 + 24 * 60), 5);
  expect(rowOf(loaded, 0, 1, soon)['user-recency']).toBeCloseTo(Math.log(1 + 25 * 60), 2);
});

test('data without timestamps gives features without a time, in serving too', () => {
  const features = createRankingFeatures(embeddings, false);
  features.observe(0, 1, Number.NaN, 1);
  const loaded = loadRankingFeatures(features.save(), embeddings);
  const row = rowOf(loaded, 0, 1, thursday + 6 * hour);
  expect([row['hour-sin'], row['weekday-cos'], row['user-recency'], row['item-age']]).toEqual([0, 0, 0, 0]);
  expect(row['user-activity']).toBeCloseTo(Math.log(2), 6);
});

test('a saved state goes on as if it had never stopped', () => {
  const random = createRandom(5, 'save');
  const features = createRankingFeatures(embeddings);
  for (let i = 0; i < 40; i++) features.observe(random.integer(2), random.integer(3), thursday + i * hour, 1);
  const loaded = loadRankingFeatures(features.save(), embeddings);
  for (let i = 40; i < 60; i++) {
    const [user, item, time] = [random.integer(2), random.integer(3), thursday + i * hour];
    expect(rowOf(loaded, user, item, time)).toEqual(rowOf(features, user, item, time));
    features.observe(user, item, time, 1);
    loaded.observe(user, item, time, 1);
  }
});

test('what was saved is a copy: later events do not change it', () => {
  const features = createRankingFeatures(embeddings);
  features.observe(0, 1, thursday, 1);
  const saved = features.save();
  features.observe(0, 1, thursday + day, 1);
  const loaded = loadRankingFeatures(saved, embeddings);
  loaded.observe(1, 1, thursday + day, 1);
  expect(rowOf(loadRankingFeatures(saved, embeddings), 0, 1, thursday)['user-activity']).toBeCloseTo(Math.log(2), 6);
});

test('a saved state that does not fit the embeddings is refused by the name of its array', () => {
  const saved = createRankingFeatures(embeddings).save();
  const { 'features.item.last': _last, ...missing } = saved;
  expect(() => loadRankingFeatures(missing, embeddings)).toThrow(/features\.item\.last is missing/);
  expect(() => loadRankingFeatures(saved, { ...embeddings, itemEmbeddings: matrix([1, 2]) })).toThrow(
    /features\.item\.events has shape \[3\]/,
  );
  const wild = { ...saved, 'features.user.recent': { shape: [2, 10], data: new Int32Array(20).fill(3) } };
  expect(() => loadRankingFeatures(wild, embeddings)).toThrow(/features\.user\.recent holds rows of no item/);
});

test('a saved state takes more users and items, to whom nothing has happened', () => {
  const features = createRankingFeatures(embeddings);
  features.observe(0, 1, thursday, 1);
  const { userEmbeddings, itemEmbeddings } = embeddings;
  const wider = ({ rows, columns, data }: Matrix): Matrix => ({
    rows: rows + 1,
    columns,
    data: Float32Array.of(...data, ...data.slice(0, columns)),
  });
  const more = { userEmbeddings: wider(userEmbeddings), itemEmbeddings: wider(itemEmbeddings) };
  const arrays = widenInteractionState(
    { ...features.save(), other: { shape: [1], data: Float32Array.of(7) } },
    userEmbeddings.rows + 1,
    itemEmbeddings.rows + 1,
  );
  expect(arrays.other?.data[0]).toBe(7);
  const widened = loadRankingFeatures(arrays, more);
  expect(rowOf(widened, 0, 1, thursday)['user-activity']).toBeCloseTo(Math.log(2), 5);
  expect(rowOf(widened, userEmbeddings.rows, itemEmbeddings.rows, thursday)).toMatchObject({ 'user-activity': 0, 'recent-similarity': 0 });
});
