import { createRandom, type Random } from '../math/random.ts';
import { cohorts, contentTypeShares, tags, tagsPerTopic, topics } from './generated-catalogue.ts';
import { type Preset, presets } from './generated-presets.ts';
import { days } from './generated-sessions.ts';

/** Length of taste vectors; a last dimension more holds the popularity. */
export const tasteDimensions = 6;

/** How strong the parts of the preference model are. Chosen so that taste is worth learning and popularity alone is far from enough. */
const strength = {
  /** Standard deviation of a user's appeal over the catalogue. */
  taste: 2.5,
  /** Of a user's taste: what the cohort likes, the user's own topics, and what only the user likes. */
  cohort: 1.1,
  ownTopics: 0.65,
  personal: 0.2,
  /** Of an item's place: its topic, its tags, its type, its difficulty, and what only the item has. */
  topic: 1,
  tag: 0.75,
  type: 0.35,
  difficulty: 0.45,
  item: 0.25,
  /** Popularity falls with the rank to this power (Zipf). */
  popularity: 0.9,
  /** Drift from the first day to the last: of taste (share of it), and of popularity. */
  tasteDrift: 0.1,
  popularityDrift: 0.2,
} as const;

/**
 * The preference model that data is drawn from. At time τ (0 the first moment, 1 the last) a user chooses item i among those not met yet with a
 * probability proportional to exp(score), score(u, i, τ) = (p_u + τ·δ_u) · q_i + b_i + τ·g_i.
 */
export interface World {
  users: number;
  items: number;
  /** p and δ of the users, q of the items: `tasteDimensions` a row. */
  taste: Float32Array;
  tasteDrift: Float32Array;
  place: Float32Array;
  /** b and g of the items. */
  popularity: Float32Array;
  popularityDrift: Float32Array;
  cohort: Uint8Array;
  /** Skill of a user, 1 to 5: the difficulty that suits. */
  level: Uint8Array;
  topic: Uint8Array;
  type: Uint8Array;
  difficulty: Uint8Array;
  /** Up to four tags an item, 255 where there are fewer. */
  itemTags: Uint8Array;
  /** When an item appears (τ), where items have a life; empty where all are there from the start. */
  births: Float32Array;
  preset: Preset;
  /** Items of topic t are the rows `topicStarts[t] .. topicStarts[t + 1])`. */
  topicStarts: Int32Array;
}

const d = tasteDimensions;

function directions(count: number, random: Random): Float32Array {
  const vectors = Float32Array.from({ length: count * d }, () => random.normal());
  for (let row = 0; row < count; row++) scaleRow(vectors, row, 1);
  return vectors;
}

function scaleRow(vectors: Float32Array, row: number, length: number): void {
  let squares = 0;
  for (let k = 0; k < d; k++) squares += (vectors[row * d + k] as number) ** 2;
  const factor = length / Math.sqrt(Math.max(squares, 1e-12));
  for (let k = 0; k < d; k++) vectors[row * d + k] = (vectors[row * d + k] as number) * factor;
}

function addRow(target: Float32Array, row: number, source: Float32Array, from: number, factor: number): void {
  for (let k = 0; k < d; k++) target[row * d + k] = (target[row * d + k] as number) + (source[from * d + k] as number) * factor;
}

/** Draws users and items; the same seed and sizes give the same world. */
export function createWorld(users: number, items: number, seed: number, preset: Preset = presets.plain): World {
  const axes = createRandom(seed, 'axes');
  const topicAxes = directions(topics.length, axes);
  const tagAxes = directions(tags.length, axes);
  const typeAxes = directions(contentTypeShares.length, axes);
  const difficultyAxis = directions(1, axes);
  const world: World = {
    users,
    items,
    taste: new Float32Array(users * d),
    tasteDrift: new Float32Array(users * d),
    place: new Float32Array(items * d),
    popularity: new Float32Array(items),
    popularityDrift: new Float32Array(items),
    cohort: new Uint8Array(users),
    level: new Uint8Array(users),
    topic: new Uint8Array(items),
    type: new Uint8Array(items),
    difficulty: new Uint8Array(items),
    itemTags: new Uint8Array(items * 4).fill(255),
    births: birthsOf(items, seed, preset),
    preset,
    topicStarts: new Int32Array(topics.length + 1),
  };
  for (let t = 0; t <= topics.length; t++) world.topicStarts[t] = Math.round((items * t) / topics.length);
  drawItems(world, createRandom(seed, 'items'), { topicAxes, tagAxes, typeAxes, difficultyAxis });
  drawUsers(world, createRandom(seed, 'users'), { topicAxes, typeAxes, difficultyAxis });
  return world;
}

/** Items appear evenly over the time, and a tenth of them is there when it begins. */
function birthsOf(items: number, seed: number, { lifeDays }: Preset): Float32Array {
  if (lifeDays === null) return new Float32Array(0);
  const random = createRandom(seed, 'births');
  return Float32Array.from({ length: items }, () => (random.next() < 0.1 ? -random.next() * 0.1 : random.next()));
}

/** What the life of an item makes of its draw at a moment: 0 before it is there, then falling from 1. */
export function lifeOf({ births, preset: { lifeDays } }: World, item: number, time: number): number {
  if (lifeDays === null) return 1;
  const age = (time - (births[item] as number)) * days;
  return age < 0 ? 0 : Math.exp(-age / lifeDays);
}

/** The level of a user at a moment. */
export const levelAt = ({ level, preset: { rise } }: World, user: number, time: number): number => (level[user] as number) + rise * time;

interface Axes {
  topicAxes: Float32Array;
  tagAxes: Float32Array;
  typeAxes: Float32Array;
  difficultyAxis: Float32Array;
}

function drawItems(world: World, random: Random, axes: Axes): void {
  const ranks = Int32Array.from({ length: world.items }, (_, i) => i);
  random.shuffle(ranks);
  for (let t = 0; t < topics.length; t++) {
    for (let i = world.topicStarts[t] as number; i < (world.topicStarts[t + 1] as number); i++) {
      world.topic[i] = t;
      world.type[i] = pickShare(random, contentTypeShares);
      world.difficulty[i] = 1 + random.integer(5);
      addRow(world.place, i, axes.topicAxes, t, strength.topic);
      addRow(world.place, i, axes.typeAxes, world.type[i] as number, strength.type);
      addRow(world.place, i, axes.difficultyAxis, 0, (strength.difficulty * ((world.difficulty[i] as number) - 3)) / 1.41);
      for (const [slot, tag] of pickTags(random, t).entries()) {
        world.itemTags[i * 4 + slot] = tag;
        addRow(world.place, i, axes.tagAxes, tag, strength.tag);
      }
      for (let k = 0; k < d; k++)
        world.place[i * d + k] = (world.place[i * d + k] as number) + (strength.item * random.normal()) / Math.sqrt(d);
      scaleRow(world.place, i, 1);
      world.popularity[i] = -strength.popularity * Math.log(1 + (ranks[i] as number));
      world.popularityDrift[i] = strength.popularityDrift * random.normal();
    }
  }
}

/** One to three of the topic's own tags, and sometimes a foreign one. */
function pickTags(random: Random, topic: number): number[] {
  const own = Array.from({ length: tagsPerTopic }, (_, i) => topic * tagsPerTopic + i);
  random.shuffle(own);
  const picked = own.slice(0, 1 + random.integer(3));
  if (random.next() < 0.3) {
    const foreign = random.integer(tags.length);
    if (!picked.includes(foreign)) picked.push(foreign);
  }
  return picked;
}

function drawUsers(world: World, random: Random, axes: Pick<Axes, 'topicAxes' | 'typeAxes' | 'difficultyAxis'>): void {
  // What a cohort likes: three topics, in falling strength, and a type.
  const cohortTaste = new Float32Array(cohorts.length * d);
  for (let c = 0; c < cohorts.length; c++) {
    for (let n = 0; n < 3; n++) addRow(cohortTaste, c, axes.topicAxes, random.integer(topics.length), 1 - 0.25 * n);
    addRow(cohortTaste, c, axes.typeAxes, random.integer(contentTypeShares.length), 0.4);
    scaleRow(cohortTaste, c, 1);
  }
  for (let u = 0; u < world.users; u++) {
    const cohort = random.integer(cohorts.length);
    world.cohort[u] = cohort;
    world.level[u] = Math.min(5, Math.max(1, Math.round(1.5 + cohort * 0.5 + random.normal())));
    addRow(world.taste, u, cohortTaste, cohort, strength.cohort);
    for (let n = 0; n < 2; n++)
      addRow(world.taste, u, axes.topicAxes, random.integer(topics.length), strength.ownTopics * (n === 0 ? 0.8 : 0.6));
    addRow(world.taste, u, axes.difficultyAxis, 0, 0.3 * ((world.level[u] as number) - 3));
    for (let k = 0; k < d; k++) {
      world.taste[u * d + k] = (world.taste[u * d + k] as number) + (strength.personal * random.normal()) / Math.sqrt(d);
      world.tasteDrift[u * d + k] = random.normal();
    }
    // Unit vectors in d dimensions have products with a deviation of about 1 / √d.
    const length = strength.taste * Math.sqrt(d);
    scaleRow(world.taste, u, length);
    scaleRow(world.tasteDrift, u, length * strength.tasteDrift);
  }
}

function pickShare(random: Random, shares: readonly number[]): number {
  let left = random.next();
  for (let i = 0; i < shares.length; i++) {
    left -= shares[i] as number;
    if (left < 0) return i;
  }
  return shares.length - 1;
}

/** The draw of an item by its life over the last fifth of the time, as the logarithm of its mean. */
function meanLife(world: World, item: number): number {
  const moments = 18;
  let sum = 0;
  for (let at = 0; at < moments; at++) sum += lifeOf(world, item, 0.8 + (0.2 * (at + 0.5)) / moments);
  return Math.log(Math.max(sum / moments, 1e-12));
}

/**
 * The score vectors of the moment τ: users × dimensions and items likewise, whose dot product is the score. The last dimension is the items' popularity. Where what
 * suits depends on the level, a dimension before it carries level × difficulty: −(level − difficulty)² is that, and a part of each alone. Items with a life
 * have their mean draw over the last fifth of the time.
 */
export function vectorsAt(world: World, time: number): { users: Float32Array; items: Float32Array; dimensions: number } {
  const { suits, lifeDays } = world.preset;
  const extra = suits > 0 ? 1 : 0;
  const dimensions = d + 1 + extra;
  const users = new Float32Array(world.users * dimensions);
  const items = new Float32Array(world.items * dimensions);
  for (let u = 0; u < world.users; u++) {
    for (let k = 0; k < d; k++)
      users[u * dimensions + k] = (world.taste[u * d + k] as number) + time * (world.tasteDrift[u * d + k] as number);
    if (extra > 0) users[u * dimensions + d] = levelAt(world, u, time);
    users[u * dimensions + d + extra] = 1;
  }
  for (let i = 0; i < world.items; i++) {
    for (let k = 0; k < d; k++) items[i * dimensions + k] = world.place[i * d + k] as number;
    const difficulty = world.difficulty[i] as number;
    if (extra > 0) items[i * dimensions + d] = 2 * suits * difficulty;
    items[i * dimensions + d + extra] =
      (world.popularity[i] as number) +
      time * (world.popularityDrift[i] as number) -
      suits * difficulty ** 2 +
      (lifeDays === null ? 0 : meanLife(world, i));
  }
  return { users, items, dimensions };
}
