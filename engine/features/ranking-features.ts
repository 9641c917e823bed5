import type { Matrix, NamedArrays } from '../math/arrays.ts';
import { unitRows } from '../math/unit-rows.ts';
import { createInteractionState, type InteractionState, loadInteractionState, recentLength } from './interaction-state.ts';

/** What the features are made of besides the events. Both have the same number of columns. */
export interface RankingEmbeddings {
  userEmbeddings: Matrix;
  itemEmbeddings: Matrix;
}

/** A run of neighbouring features: `start` up to but without `end`. */
export interface FeatureBlock {
  start: number;
  end: number;
}

/**
 * The one definition of what a ranker sees, for training and for serving. Training replays the events in the order of time, and writes
 * a row before it observes what happened in that second; the server starts from the saved state and observes what it receives.
 */
export interface RankingFeatures {
  /** One name a feature, in order. */
  names: string[];
  width: number;
  /** User and context: the same for all candidates of a request. Item: the same for all users at a time. Cross: the rest. */
  blocks: { user: FeatureBlock; item: FeatureBlock; cross: FeatureBlock };
  /** Counts an event. Events come in the order of time; row -1 is a user or an item without an embedding. */
  observe(userRow: number, itemRow: number, timestampMs: number, weight: number): void;
  /** Counts these events of a user, oldest first, in the place of all that were counted; nobody else's features change. */
  restartUser(userRow: number, events: readonly { itemRow: number; timestampMs: number }[]): void;
  /** The whole row, `width` values from `offset`. */
  write(userRow: number, itemRow: number, timestampMs: number, out: Float32Array, offset: number): void;
  /** The same row block by block; `offset` is where the block itself starts. */
  writeUser(userRow: number, timestampMs: number, out: Float32Array, offset: number): void;
  writeItem(itemRow: number, timestampMs: number, out: Float32Array, offset: number): void;
  /** The last of an item's features, those that change as events are observed; the ones before are its embedding. */
  writeItemState(itemRow: number, timestampMs: number, out: Float32Array, offset: number): void;
  /** The user's newest items, in no order, which the last two cross features look at. Good until the next call. */
  recentItems(userRow: number): Int32Array;
  writeCross(userRow: number, itemRow: number, out: Float32Array, offset: number): void;
  /** Items' embeddings at length 1: of which the similarities with recent items are made. */
  unitItems: Matrix;
  save(): NamedArrays;
}

/** How many of a user's newest items the features look at. */
export const recentItemsKept = recentLength;

const day = 86_400_000;
/** Longer gaps look alike; who was never seen looks like the longest. */
const longestGapMs = 90 * day;

/** log(1 + minutes), of at most 90 days. */
const logMinutes = (elapsedMs: number): number => Math.log1p(Math.min(elapsedMs, longestGapMs) / 60_000);

function featureNames(dimensions: number): { names: string[]; blocks: RankingFeatures['blocks'] } {
  const numbered = (name: string): string[] => Array.from({ length: dimensions }, (_, i) => `${name}-${i}`);
  const user = [...numbered('user-embedding'), 'user-activity', 'user-recency', 'hour-sin', 'hour-cos', 'weekday-sin', 'weekday-cos'];
  const item = [...numbered('item-embedding'), 'item-popularity', 'item-trend', 'item-recency', 'item-age'];
  const cross = [...numbered('product'), 'dot-product', 'recent-similarity', 'recent-similarity-max'];
  return {
    names: [...user, ...item, ...cross],
    blocks: {
      user: { start: 0, end: user.length },
      item: { start: user.length, end: user.length + item.length },
      cross: { start: user.length + item.length, end: user.length + item.length + cross.length },
    },
  };
}

function featuresOf(state: InteractionState, { userEmbeddings, itemEmbeddings }: RankingEmbeddings): RankingFeatures {
  const dimensions = itemEmbeddings.columns;
  const { names, blocks } = featureNames(dimensions);
  const unit = unitRows(itemEmbeddings);
  const unitItems = unit.data;
  const recent = new Int32Array(recentLength);
  let recentCount = 0;
  let recentOf = { user: Number.NaN, version: -1 };

  /** Candidates of one request share the user: look up the newest items once. */
  const lookUpRecent = (userRow: number): void => {
    if (recentOf.user === userRow && recentOf.version === state.version) return;
    recentCount = state.recentItems(userRow, recent);
    recentOf = { user: userRow, version: state.version };
  };

  const copyRow = (matrix: Matrix, row: number, out: Float32Array, offset: number): void => {
    if (row < 0) out.fill(0, offset, offset + dimensions);
    else for (let i = 0; i < dimensions; i++) out[offset + i] = matrix.data[row * dimensions + i] as number;
  };

  const writeUser: RankingFeatures['writeUser'] = (userRow, timestampMs, out, offset) => {
    copyRow(userEmbeddings, userRow, out, offset);
    let next = offset + dimensions;
    out[next++] = Math.log1p(state.userEvents(userRow));
    out[next++] = logMinutes(state.sinceUserEvent(userRow, state.clockAt(timestampMs)));
    const known = state.timed && Number.isFinite(timestampMs);
    const hour = (2 * Math.PI * (timestampMs % day)) / day;
    const weekday = (2 * Math.PI * (timestampMs % (7 * day))) / (7 * day);
    out[next++] = known ? Math.sin(hour) : 0;
    out[next++] = known ? Math.cos(hour) : 0;
    out[next++] = known ? Math.sin(weekday) : 0;
    out[next++] = known ? Math.cos(weekday) : 0;
  };

  const writeItemState: RankingFeatures['writeItemState'] = (itemRow, timestampMs, out, offset) => {
    const clock = state.clockAt(timestampMs);
    let next = offset;
    out[next++] = Math.log(state.relativePopularity(itemRow));
    out[next++] = Math.log(state.relativeTrend(itemRow, clock));
    out[next++] = logMinutes(state.sinceItemEvent(itemRow, clock));
    out[next++] = logMinutes(state.itemAge(itemRow, clock));
  };

  const writeItem: RankingFeatures['writeItem'] = (itemRow, timestampMs, out, offset) => {
    copyRow(itemEmbeddings, itemRow, out, offset);
    writeItemState(itemRow, timestampMs, out, offset + dimensions);
  };

  const writeCross: RankingFeatures['writeCross'] = (userRow, itemRow, out, offset) => {
    if (itemRow < 0) {
      out.fill(0, offset, offset + dimensions + 3);
      return;
    }
    const users = userEmbeddings.data;
    const items = itemEmbeddings.data;
    const itemStart = itemRow * dimensions;
    let dot = 0;
    for (let i = 0; i < dimensions; i++) {
      const product = userRow < 0 ? 0 : (users[userRow * dimensions + i] as number) * (items[itemStart + i] as number);
      out[offset + i] = product;
      dot += product;
    }
    lookUpRecent(userRow);
    let sum = 0;
    let most = recentCount > 0 ? -1 : 0;
    for (let r = 0; r < recentCount; r++) {
      const start = (recent[r] as number) * dimensions;
      let cosine = 0;
      for (let i = 0; i < dimensions; i++) cosine += (unitItems[start + i] as number) * (unitItems[itemStart + i] as number);
      sum += cosine;
      if (cosine > most) most = cosine;
    }
    out[offset + dimensions] = dot;
    out[offset + dimensions + 1] = recentCount > 0 ? sum / recentCount : 0;
    out[offset + dimensions + 2] = most;
  };

  return {
    names,
    width: names.length,
    blocks,
    observe: (userRow, itemRow, timestampMs, weight) => state.observe(userRow, itemRow, timestampMs, weight),
    restartUser: (userRow, events) => state.restartUser(userRow, events),
    write(userRow, itemRow, timestampMs, out, offset) {
      writeUser(userRow, timestampMs, out, offset + blocks.user.start);
      writeItem(itemRow, timestampMs, out, offset + blocks.item.start);
      writeCross(userRow, itemRow, out, offset + blocks.cross.start);
    },
    writeUser,
    writeItem,
    writeItemState,
    recentItems(userRow) {
      lookUpRecent(userRow);
      return recent.subarray(0, recentCount);
    },
    writeCross,
    unitItems: unit,
    save: () => state.save(),
  };
}

/** Features before anything happened. `timed` is false for data without timestamps: then no feature looks at a time, in serving too. */
export function createRankingFeatures(embeddings: RankingEmbeddings, timed = true): RankingFeatures {
  return featuresOf(createInteractionState(embeddings.userEmbeddings.rows, embeddings.itemEmbeddings.rows, timed), embeddings);
}

/** Features as they were when `save` was called; the embeddings are those they were made with. Throws an Error that names an array that does not fit. */
export function loadRankingFeatures(arrays: NamedArrays, embeddings: RankingEmbeddings): RankingFeatures {
  return featuresOf(loadInteractionState(arrays, embeddings.userEmbeddings.rows, embeddings.itemEmbeddings.rows), embeddings);
}
