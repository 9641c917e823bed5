import { expect, test } from 'vitest';
import { createRankingFeatures } from '../../../engine/features/ranking-features.ts';
import type { Interactions, Matrix } from '../../../engine/math/arrays.ts';
import { createRandom } from '../../../engine/math/random.ts';
import { drawCandidates, requestPositions } from '../../../engine/training/rank-candidates.ts';
import { createRankHistory } from '../../../engine/training/rank-history.ts';
import { createFeatureReplay } from '../../../engine/training/rank-rows.ts';

const userCount = 30;
const itemCount = 40;

function randomMatrix(rows: number, columns: number, label: string): Matrix {
  const random = createRandom(1, label);
  return { rows, columns, data: Float32Array.from({ length: rows * columns }, () => random.normal()) };
}

const embeddings = { userEmbeddings: randomMatrix(userCount, 4, 'users'), itemEmbeddings: randomMatrix(itemCount, 4, 'items') };

/** Random interactions with many of the same second, and silences of up to three days. */
function randomInteractions(count: number, seed: number): Interactions {
  const random = createRandom(seed, 'interactions');
  const timestamps = new Float64Array(count);
  let time = 1_000_000_000_000;
  for (let i = 0; i < count; i++) {
    if (random.next() < 0.6) time += random.next() < 0.1 ? random.integer(3 * 86_400_000) : random.integer(5000);
    timestamps[i] = time;
  }
  return {
    users: Int32Array.from({ length: count }, () => random.integer(userCount)),
    items: Int32Array.from({ length: count }, () => random.integer(itemCount)),
    weights: Float32Array.from({ length: count }, () => 0.1 + random.next()),
    timestamps,
  };
}

/** Features of a row from nothing but the interactions of strictly earlier seconds. */
function fromScratch({ users, items, weights, timestamps }: Interactions, position: number, item: number): Float32Array {
  const features = createRankingFeatures(embeddings);
  const second = Math.floor((timestamps[position] as number) / 1000);
  for (let i = 0; i < users.length; i++) {
    if (Math.floor((timestamps[i] as number) / 1000) >= second) continue;
    features.observe(users[i] as number, items[i] as number, timestamps[i] as number, weights[i] as number);
  }
  const out = new Float32Array(features.width);
  features.write(users[position] as number, item, timestamps[position] as number, out, 0);
  return out;
}

const negatives = 5;

function replayed(interactions: Interactions, seed: number) {
  const history = createRankHistory(interactions, userCount, itemCount);
  const positions = requestPositions(interactions, history, 100, interactions.users.length);
  const requests = drawCandidates(positions, negatives, interactions, history, createRandom(seed));
  const rows = createFeatureReplay(createRankingFeatures(embeddings), interactions, history).rowsOf(requests);
  return { history, requests, rows };
}

test('the features of a replayed row are those of strictly earlier seconds alone', () => {
  for (const seed of [1, 2, 3]) {
    const interactions = randomInteractions(400, seed);
    const { requests, rows } = replayed(interactions, seed);
    expect(requests.positions.length).toBeGreaterThan(50);
    requests.positions.forEach((position, r) => {
      for (let row = requests.offsets[r] as number; row < (requests.offsets[r + 1] as number); row++) {
        const { columns, data } = rows.features;
        const found = data.subarray(row * columns, (row + 1) * columns);
        expect(found).toEqual(fromScratch(interactions, position, requests.candidates[row] as number));
      }
    });
  }
});

test('whatever happens later, a row stays as it was: a planted future leak would change it', () => {
  const interactions = randomInteractions(400, 4);
  const { requests, rows, history } = replayed(interactions, 4);
  const cut = history.secondEnd[requests.positions[20] as number] as number;
  const random = createRandom(9);
  // Another future: other users and other items from the cut on.
  const changed = { ...interactions, users: interactions.users.slice(), items: interactions.items.slice() };
  for (let i = cut; i < 400; i++) {
    changed.users[i] = random.integer(userCount);
    changed.items[i] = random.integer(itemCount);
  }
  const again = replayed(changed, 4);
  const rowsKept = requests.offsets[21] as number;
  const values = rowsKept * rows.features.columns;
  expect(again.requests.candidates.slice(0, rowsKept)).toEqual(requests.candidates.slice(0, rowsKept));
  expect(again.rows.features.data.slice(0, values)).toEqual(rows.features.data.slice(0, values));
});

test('rows of the same second do not see each other, whichever comes first', () => {
  // User 0 takes items 0 and 1 in one second, at different milliseconds; both were met by user 1 before.
  const interactions: Interactions = {
    users: Int32Array.of(1, 1, 1, 0, 0),
    items: Int32Array.of(0, 1, 2, 0, 1),
    weights: new Float32Array(5).fill(1),
    timestamps: Float64Array.of(1000, 2000, 3000, 60_000, 60_900),
  };
  const history = createRankHistory(interactions, userCount, itemCount);
  const positions = requestPositions(interactions, history, 3, 5);
  expect([...positions]).toEqual([3, 4]);
  const requests = drawCandidates(positions, 1, interactions, history, createRandom(1));
  // The only item that is known and that the user does not take in this second.
  expect([...requests.candidates]).toEqual([0, 2, 1, 2]);
  const features = createRankingFeatures(embeddings);
  const { features: rows } = createFeatureReplay(features, interactions, history).rowsOf(requests);
  const activity = features.names.indexOf('user-activity');
  expect([0, 1, 2, 3].map((row) => rows.data[row * rows.columns + activity])).toEqual([0, 0, 0, 0]);
});

test('negatives are items that the world had seen and the user had not met by then', () => {
  const interactions = randomInteractions(400, 6);
  const { requests, history } = replayed(interactions, 6);
  requests.positions.forEach((position, r) => {
    const candidates = [...requests.candidates.slice(requests.offsets[r], requests.offsets[r + 1])];
    expect(new Set(candidates).size).toBe(candidates.length);
    expect(candidates[0]).toBe(interactions.items[position]);
    for (const item of candidates.slice(1)) {
      const first = interactions.items.indexOf(item);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(first).toBeLessThan(history.secondStart[position] as number);
      const met = interactions.items.findIndex((other, i) => other === item && interactions.users[i] === requests.users[r]);
      expect(met < 0 || met >= (history.secondEnd[position] as number)).toBe(true);
    }
  });
});

test('a request is a first meeting of user and item, with an item that somebody met in an earlier second', () => {
  const interactions: Interactions = {
    users: Int32Array.of(0, 1, 0, 1, 1, 0),
    items: Int32Array.of(0, 0, 0, 1, 2, 2),
    weights: new Float32Array(6).fill(1),
    timestamps: Float64Array.of(1000, 5000, 6000, 7000, 8000, 8100),
  };
  const history = createRankHistory(interactions, 2, 3);
  // 0: nobody met item 0 before. 2: a repeat. 3 and 4: new items. 5: item 2 was met only in the same second.
  expect([...requestPositions(interactions, history, 0, 6)]).toEqual([1]);
  // A second that the slice before shares belongs to that one.
  expect([...requestPositions(interactions, history, 2, 6)]).toEqual([]);
});

test('a user who has met everything gives no request', () => {
  const interactions: Interactions = {
    users: Int32Array.of(1, 1, 0, 0),
    items: Int32Array.of(0, 1, 0, 1),
    weights: new Float32Array(4).fill(1),
    timestamps: Float64Array.of(1000, 2000, 3000, 9000),
  };
  const history = createRankHistory(interactions, 2, 2);
  const positions = requestPositions(interactions, history, 2, 4);
  const { positions: kept, candidates } = drawCandidates(positions, negatives, interactions, history, createRandom(1));
  // At the first request item 1 is still unknown to user 0; at the second, both are met.
  expect([...kept]).toEqual([2]);
  expect([...candidates].slice(0, 2)).toEqual([0, 1]);
});
