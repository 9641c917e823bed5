import type { LoggedEvent } from '#contract/api/event-routes';
import type { Source } from '#contract/api/recommend-routes';
import type { BundleManifest } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import type { LoadedBundle } from '../bundles/contents.ts';
import type { RankingFeatures } from '../features/ranking-features.ts';
import type { VectorIndex } from '../retrieval/vector-index.ts';
import type { CandidateScorer } from './candidate-scorer.ts';
import { createPopularityList, type Ranked } from './popularity.ts';
import { createSimilarItems } from './similar-items.ts';

export interface RecommendedList {
  source: Source;
  items: { item_id: string; score: number; rank: number }[];
}

/** Answers requests from one loaded bundle. Every answer is made in one go, so it comes from one version. */
export interface Recommender {
  readonly manifest: BundleManifest;
  /** @param received item ids that the user had since training */
  recommend(userId: string, k: number, received: Iterable<string>, nowMs: number): RecommendedList;
  /** The k nearest items by cosine; null for an unknown item. */
  similar(itemId: string, k: number): RecommendedList['items'] | null;
  /** Counts an event in the ranker's features. */
  observe(event: LoggedEvent, weight: number): void;
  /** Searches through another index of the same vectors from now on. */
  switchIndex(index: VectorIndex): void;
  /** The stage that failed last, in words; null while all do their work. */
  problem(): string | null;
  dispose(): void;
}

export interface Ranker {
  features: RankingFeatures;
  scorer: CandidateScorer;
}

export interface RecommenderParts {
  bundle: LoadedBundle;
  userRows: ReadonlyMap<string, number>;
  itemRows: ReadonlyMap<string, number>;
  index: VectorIndex;
  ranker: Ranker | null;
}

/** So many candidates go to the ranker, or k where that is more. */
const candidateCount = 200;

function checkFinite(scores: ArrayLike<number>, stage: string): void {
  for (let i = 0; i < scores.length; i++) if (!Number.isFinite(scores[i])) throw new Error(`The ${stage} gave a score that is not finite.`);
}

/**
 * One request's story: candidates by vector search, less what the user has had, ordered by the ranker, cut to k. Who is unknown gets what is
 * popular. Where a stage fails the next simpler one answers, and `source` says which it was. Equal scores come in the order of item rows.
 */
export function createRecommender({ bundle, userRows, itemRows, index: firstIndex, ranker }: RecommenderParts): Recommender {
  const { manifest, itemIds, seen, known, userEmbeddings } = bundle;
  const { columns } = userEmbeddings;
  const popularity = createPopularityList(bundle.popularity);
  const similarItems = createSimilarItems(bundle.itemEmbeddings, () => index);
  const marks = new Uint8Array(itemIds.length);
  let index = firstIndex;
  let problem: string | null = null;

  /** Marks what a user has had; the list says where to clear. */
  const markSeen = (userRow: number, received: Iterable<string>): number[] => {
    const marked: number[] = [];
    const mark = (row: number): void => {
      if (marks[row] === 1) return;
      marks[row] = 1;
      marked.push(row);
    };
    if (userRow >= 0)
      for (let at = seen.indptr[userRow] as number; at < (seen.indptr[userRow + 1] as number); at++) mark(seen.indices[at] as number);
    for (const itemId of received) {
      const row = itemRows.get(itemId);
      if (row !== undefined) mark(row);
    }
    return marked;
  };

  const retrieve = (userRow: number, wanted: number, seenCount: number): Ranked => {
    const query = userEmbeddings.data.subarray(userRow * columns, (userRow + 1) * columns);
    let asked = Math.min(itemIds.length, wanted + seenCount);
    for (;;) {
      const { rows, scores } = index.search(query, asked);
      checkFinite(scores, 'vector search');
      const found: Ranked = { rows: [], scores: [] };
      for (let at = 0; at < rows.length && found.rows.length < wanted; at++) {
        const row = rows[at] as number;
        if (marks[row] === 1) continue;
        found.rows.push(row);
        found.scores.push(scores[at] as number);
      }
      if (found.rows.length >= wanted || asked >= itemIds.length) return found;
      // An approximate search may miss some of what was asked for.
      asked = Math.min(itemIds.length, 2 * asked);
    }
  };

  const rank = ({ scorer }: Ranker, userRow: number, candidates: Ranked, k: number, nowMs: number): Ranked => {
    const scores = scorer.score(userRow, candidates.rows, nowMs);
    checkFinite(scores, 'ranker');
    const order = Array.from(candidates.rows.keys()).sort(
      (a, b) => (scores[b] as number) - (scores[a] as number) || (candidates.rows[a] as number) - (candidates.rows[b] as number),
    );
    const best = order.slice(0, k);
    return { rows: best.map((at) => candidates.rows[at] as number), scores: best.map((at) => scores[at] as number) };
  };

  const attempt = (stage: string, work: () => Ranked): Ranked | null => {
    try {
      return work();
    } catch (error) {
      problem = `The ${stage} failed and the next simpler stage answers: ${error instanceof Error ? error.message : String(error)}`;
      return null;
    }
  };

  const choose = (userRow: number, k: number, seenCount: number, nowMs: number): { source: Source; ranked: Ranked } => {
    const candidates =
      userRow < 0 || known[userRow] === 0
        ? null
        : attempt('vector search', () => retrieve(userRow, Math.max(candidateCount, k), seenCount));
    if (!candidates) return { source: 'popularity', ranked: popularity.top(k, marks) };
    const ranked = ranker ? attempt('ranker', () => rank(ranker, userRow, candidates, k, nowMs)) : null;
    if (ranked || !ranker) problem = null;
    if (ranked) return { source: 'ranker', ranked };
    return { source: 'retrieval', ranked: { rows: candidates.rows.slice(0, k), scores: candidates.scores.slice(0, k) } };
  };

  const listOf = ({ rows, scores }: Ranked): RecommendedList['items'] =>
    rows.map((row, at) => ({ item_id: itemIds[row] as string, score: scores[at] as number, rank: at + 1 }));

  return {
    manifest,
    recommend(userId, k, received, nowMs) {
      const userRow = userRows.get(userId) ?? -1;
      const marked = markSeen(userRow, received);
      try {
        const { source, ranked } = choose(userRow, k, marked.length, nowMs);
        return { source, items: listOf(ranked) };
      } finally {
        for (const row of marked) marks[row] = 0;
      }
    },
    similar(itemId, k) {
      const row = itemRows.get(itemId);
      return row === undefined ? null : listOf(similarItems(row, k));
    },
    observe(event, weight) {
      ranker?.features.observe(userRows.get(event.user_id) ?? -1, itemRows.get(event.item_id) ?? -1, event.timestampMs, weight);
    },
    switchIndex(better) {
      if (better.size !== itemIds.length)
        throw new EngineError('bad_data', `An index of ${better.size} items was given for ${itemIds.length}.`);
      const old = index;
      index = better;
      old.dispose();
    },
    problem: () => problem,
    dispose: () => index.dispose(),
  };
}
