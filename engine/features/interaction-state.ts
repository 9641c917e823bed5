import type { NamedArray, NamedArrays } from '../math/arrays.ts';

const day = 86_400_000;
/** The clock of the data skips longer silences, so that a server that starts years after the data ended is not years out of range. */
const longestSilenceMs = day;
const halfLifeMs = 7 * day;
/** How many of a user's newest items are kept. */
export const recentLength = 10;

/**
 * Counters of what happened so far, all that the changing features are made of. Events are observed in the order of time; reading
 * changes nothing. Row -1 stands for a user or an item that the embeddings do not know.
 */
export interface InteractionState {
  /** Goes up with each observed event. */
  readonly version: number;
  /** False where the data has no timestamps: then every time counts as unknown. */
  readonly timed: boolean;
  observe(userRow: number, itemRow: number, timestampMs: number, weight: number): void;
  /** Forgets what a user had and counts these instead, oldest first. Nothing but this user changes. */
  restartUser(userRow: number, events: readonly { itemRow: number; timestampMs: number }[]): void;
  /** Milliseconds on the clock of the data: real time, but silences count at most a day. An unknown time (NaN) is the newest one. */
  clockAt(timestampMs: number): number;
  userEvents(userRow: number): number;
  /** Milliseconds since the user's last event; Infinity where there is none. */
  sinceUserEvent(userRow: number, clock: number): number;
  itemEvents(itemRow: number): number;
  /** Milliseconds since the item's last event; Infinity where there is none. */
  sinceItemEvent(itemRow: number, clock: number): number;
  /** Milliseconds since the item's first event; 0 where there is none. */
  itemAge(itemRow: number, clock: number): number;
  /** Events of the item per item of the catalogue's mean, both with one added; 1 is average. */
  relativePopularity(itemRow: number): number;
  /** The same of weights that halve every seven days. */
  relativeTrend(itemRow: number, clock: number): number;
  /** Copies the user's newest items into `out`, in no order, and says how many. */
  recentItems(userRow: number, out: Int32Array): number;
  save(): NamedArrays;
}

interface Columns {
  /** timed, newest timestamp, clock, events, decayed weight of all items and its clock. */
  world: Float64Array;
  userEvents: Float64Array;
  userLast: Float64Array;
  /** users × recentLength, a ring. */
  userRecent: Int32Array;
  itemEvents: Float64Array;
  itemFirst: Float64Array;
  itemLast: Float64Array;
  /** Decayed weight at the time of `itemLast`. */
  itemTrend: Float64Array;
}

const at = (values: Float64Array, row: number): number => values[row] as number;
const decay = (elapsedMs: number): number => 2 ** (-elapsedMs / halfLifeMs);

function stateOf(columns: Columns): InteractionState {
  const { world, userEvents, userLast, userRecent, itemEvents, itemFirst, itemLast, itemTrend } = columns;
  const items = itemEvents.length;
  const timed = world[0] === 1;
  let version = 0;

  const clockAt = (timestampMs: number): number => {
    const newest = at(world, 1);
    if (!timed || newest < 0 || !(timestampMs > newest)) return at(world, 2);
    return at(world, 2) + Math.min(timestampMs - newest, longestSilenceMs);
  };

  const state: InteractionState = {
    get version() {
      return version;
    },
    timed,
    clockAt,
    observe(userRow, itemRow, timestampMs, weight) {
      const clock = clockAt(timestampMs);
      if (timed && timestampMs > at(world, 1)) world[1] = timestampMs;
      world[4] = at(world, 4) * decay(clock - at(world, 5)) + weight;
      world[5] = clock;
      world[2] = clock;
      world[3] = at(world, 3) + 1;
      if (userRow >= 0) {
        if (itemRow >= 0) userRecent[userRow * recentLength + (at(userEvents, userRow) % recentLength)] = itemRow;
        userEvents[userRow] = at(userEvents, userRow) + 1;
        userLast[userRow] = clock;
      }
      if (itemRow >= 0) {
        if (at(itemEvents, itemRow) === 0) itemFirst[itemRow] = clock;
        itemTrend[itemRow] = at(itemTrend, itemRow) * decay(clock - at(itemLast, itemRow)) + weight;
        itemEvents[itemRow] = at(itemEvents, itemRow) + 1;
        itemLast[itemRow] = clock;
      }
      version++;
    },
    restartUser(userRow, events) {
      userRecent.fill(-1, userRow * recentLength, (userRow + 1) * recentLength);
      events.forEach(({ itemRow, timestampMs }, at) => {
        userRecent[userRow * recentLength + (at % recentLength)] = itemRow;
        userLast[userRow] = clockAt(timestampMs);
      });
      userEvents[userRow] = events.length;
      version++;
    },
    userEvents: (row) => (row < 0 ? 0 : at(userEvents, row)),
    sinceUserEvent: (row, clock) => (row < 0 || at(userEvents, row) === 0 ? Number.POSITIVE_INFINITY : clock - at(userLast, row)),
    itemEvents: (row) => (row < 0 ? 0 : at(itemEvents, row)),
    sinceItemEvent: (row, clock) => (row < 0 || at(itemEvents, row) === 0 ? Number.POSITIVE_INFINITY : clock - at(itemLast, row)),
    itemAge: (row, clock) => (row < 0 || at(itemEvents, row) === 0 ? 0 : clock - at(itemFirst, row)),
    relativePopularity: (row) => (1 + (row < 0 ? 0 : at(itemEvents, row))) / (1 + at(world, 3) / items),
    relativeTrend(row, clock) {
      const own = row < 0 ? 0 : at(itemTrend, row) * decay(clock - at(itemLast, row));
      return (1 + own) / (1 + (at(world, 4) * decay(clock - at(world, 5))) / items);
    },
    recentItems(row, out) {
      if (row < 0) return 0;
      let count = 0;
      for (let i = row * recentLength; i < (row + 1) * recentLength; i++) {
        const item = userRecent[i] as number;
        if (item >= 0) out[count++] = item;
      }
      return count;
    },
    save: () => ({
      'features.world': { shape: [world.length], data: world.slice() },
      'features.user.events': { shape: [userEvents.length], data: userEvents.slice() },
      'features.user.last': { shape: [userLast.length], data: userLast.slice() },
      'features.user.recent': { shape: [userEvents.length, recentLength], data: userRecent.slice() },
      'features.item.events': { shape: [items], data: itemEvents.slice() },
      'features.item.first': { shape: [items], data: itemFirst.slice() },
      'features.item.last': { shape: [items], data: itemLast.slice() },
      'features.item.trend': { shape: [items], data: itemTrend.slice() },
    }),
  };
  return state;
}

/** Nothing has happened yet. */
export function createInteractionState(userCount: number, itemCount: number, timed: boolean): InteractionState {
  return stateOf({
    world: Float64Array.of(timed ? 1 : 0, -1, 0, 0, 0, 0),
    userEvents: new Float64Array(userCount),
    userLast: new Float64Array(userCount),
    userRecent: new Int32Array(userCount * recentLength).fill(-1),
    itemEvents: new Float64Array(itemCount),
    itemFirst: new Float64Array(itemCount),
    itemLast: new Float64Array(itemCount),
    itemTrend: new Float64Array(itemCount),
  });
}

/**
 * The state again, from what `save` gave. Where its data went beyond now its clock goes on from now, else it would stand still until then.
 * Throws an Error that names the array that is missing or does not fit.
 */
export function loadInteractionState(arrays: NamedArrays, userCount: number, itemCount: number, nowMs = Date.now()): InteractionState {
  const find = (name: string, shape: number[]): NamedArray => {
    const array = arrays[`features.${name}`];
    if (!array) throw new Error(`The array features.${name} is missing.`);
    if (array.shape.join() !== shape.join()) {
      throw new Error(`The array features.${name} has shape [${array.shape}] where [${shape}] is needed.`);
    }
    return array;
  };
  const numbers = (name: string, length: number): Float64Array => {
    const { data } = find(name, [length]);
    if (!(data instanceof Float64Array) || data.length !== length) throw new Error(`The array features.${name} is not 64-bit float.`);
    return data.slice();
  };
  const recent = find('user.recent', [userCount, recentLength]).data;
  if (!(recent instanceof Int32Array) || !recent.every((item) => item >= -1 && item < itemCount)) {
    throw new Error('The array features.user.recent holds rows of no item.');
  }
  const world = numbers('world', 6);
  world[1] = Math.min(at(world, 1), nowMs);
  return stateOf({
    world,
    userEvents: numbers('user.events', userCount),
    userLast: numbers('user.last', userCount),
    userRecent: recent.slice(),
    itemEvents: numbers('item.events', itemCount),
    itemFirst: numbers('item.first', itemCount),
    itemLast: numbers('item.last', itemCount),
    itemTrend: numbers('item.trend', itemCount),
  });
}

/** A saved state with room for more users and items, of whom nothing has happened yet; other arrays pass through. */
export function widenInteractionState(arrays: NamedArrays, userCount: number, itemCount: number): NamedArrays {
  const empty = createInteractionState(userCount, itemCount, true).save();
  const widened: NamedArrays = { ...arrays };
  for (const [name, { shape, data }] of Object.entries(empty)) {
    const own = arrays[name];
    if (!own) continue;
    data.set(own.data as never);
    widened[name] = { shape, data };
  }
  return widened;
}
