import type { Random } from '../math/random.ts';
import { topics } from './generated-catalogue.ts';
import { levelAt, lifeOf, tasteDimensions, type World } from './generated-world.ts';

/** What a user chooses from in a session: the whole catalogue up to this size, else so many items drawn from it by popularity. */
export const poolSize = 512;
const fewTries = 30;
const d = tasteDimensions;

/**
 * Draws what a user consumes next, by the softmax of the scores over the items of the session's pool that were not met yet. In the pool stand
 * all items with their popularity as weight, or of a large catalogue a systematic sample in which popularity is the chance to be in.
 */
export class Chooser {
  private readonly world: World;
  private readonly random: Random;
  /** Popularity summed up over the items. */
  private readonly sums: Float64Array;
  private readonly guide: Int32Array;
  private readonly taste = new Float64Array(d);
  /** Rows of the pool, ascending, so that items of one topic stand together; `chances` are summed up. */
  private readonly pool: Int32Array;
  private readonly chances: Float64Array;
  private readonly topicEnds = new Int32Array(topics.length);

  /** Level of the user at the moment, where that draws them. */
  private level = 0;

  constructor(world: World, random: Random, size = poolSize) {
    this.world = world;
    this.random = random;
    this.sums = new Float64Array(world.items + 1);
    this.guide = new Int32Array(world.items);
    this.pool = new Int32Array(Math.min(size, world.items)).map((_, i) => i);
    this.chances = new Float64Array(this.pool.length + 1);
  }

  /** Sets the popularity of the moment (0 to 1). */
  setTime(time: number): void {
    const { popularity, popularityDrift, items } = this.world;
    let sum = 0;
    for (let i = 0; i < items; i++) {
      sum += Math.exp((popularity[i] as number) + time * (popularityDrift[i] as number)) * lifeOf(this.world, i, time);
      this.sums[i + 1] = sum;
    }
    // Where to begin to look for a point of the sums: as many even steps as there are items.
    for (let bucket = 0, place = 0; bucket < items; bucket++) {
      while (place < items - 1 && (this.sums[place + 1] as number) <= (bucket / items) * sum) place++;
      this.guide[bucket] = place;
    }
  }

  /** Turns to a user at a moment, for a session. */
  setUser(user: number, time: number): void {
    const { taste, tasteDrift, topic, items } = this.world;
    for (let k = 0; k < d; k++) this.taste[k] = (taste[user * d + k] as number) + time * (tasteDrift[user * d + k] as number);
    this.level = levelAt(this.world, user, time);
    const size = this.pool.length;
    const whole = size === items;
    if (!whole) this.drawPool();
    this.topicEnds.fill(0);
    let sum = 0;
    for (let at = 0; at < size; at++) {
      const item = this.pool[at] as number;
      const weight = whole ? (this.sums[item + 1] as number) - (this.sums[item] as number) : 1;
      sum += weight * Math.exp(this.appeal(item));
      this.chances[at + 1] = sum;
      this.topicEnds[topic[item] as number] = at + 1;
    }
    for (let t = 1; t < topics.length; t++) this.topicEnds[t] = Math.max(this.topicEnds[t] as number, this.topicEnds[t - 1] as number);
  }

  /** The user's liking of an item, without its popularity: p · q, and how well its difficulty suits. */
  appeal(item: number): number {
    const { place, preset, difficulty } = this.world;
    let sum = preset.suits > 0 ? -preset.suits * (this.level - (difficulty[item] as number)) ** 2 : 0;
    for (let k = 0; k < d; k++) sum += (this.taste[k] as number) * (place[item * d + k] as number);
    return sum;
  }

  /** An item that was not met, of one topic or of all (-1). Where nothing new is left, one that was met before. */
  choose(topic: number, isMet: (item: number) => boolean): number {
    const from = topic < 0 ? 0 : topic === 0 ? 0 : (this.topicEnds[topic - 1] as number);
    const to = topic < 0 ? this.pool.length : (this.topicEnds[topic] as number);
    const low = this.chances[from] as number;
    const high = this.chances[to] as number;
    for (let tries = 0; tries < fewTries && to > from; tries++) {
      const item = this.pool[find(this.chances, low + this.random.next() * (high - low), from, to)] as number;
      if (!isMet(item)) return item;
    }
    // Nearly all of it was met: add up what is left.
    let left = 0;
    for (let at = from; at < to; at++) if (!isMet(this.pool[at] as number)) left += this.chance(at);
    if (left === 0)
      return topic < 0 ? (this.pool[find(this.chances, this.random.next() * high, from, to)] as number) : this.choose(-1, isMet);
    let point = this.random.next() * left;
    let last = from;
    for (let at = from; at < to && point >= 0; at++) {
      if (isMet(this.pool[at] as number)) continue;
      point -= this.chance(at);
      last = at;
    }
    return this.pool[last] as number;
  }

  private chance(at: number): number {
    return (this.chances[at + 1] as number) - (this.chances[at] as number);
  }

  /** Evenly spaced points over the summed popularity. */
  private drawPool(): void {
    const { sums, pool, guide } = this;
    const items = this.world.items;
    const total = sums[items] as number;
    const step = total / pool.length;
    const start = this.random.next();
    const perBucket = items / total;
    for (let at = 0; at < pool.length; at++) {
      const point = (start + at) * step;
      let place = guide[Math.min(items - 1, Math.floor(point * perBucket))] as number;
      while (place > 0 && (sums[place] as number) > point) place--;
      while (place < items - 1 && (sums[place + 1] as number) <= point) place++;
      pool[at] = place;
    }
  }
}

/** The place p in from .. to − 1 with sums[p] <= point < sums[p + 1]. */
function find(sums: Float64Array, point: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) <= point) low = middle;
    else high = middle;
  }
  return low;
}
