import type { LoggedEvent } from '#contract/api/event-routes';
import type { Basis, Degraded, RecommendedItem, Source } from '#contract/api/recommend-routes';
import type { BundleManifest } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import type { LoadedBundle } from '../bundles/contents.ts';
import type { RankingFeatures } from '../features/ranking-features.ts';
import { rowAt } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { mostRows, rowOfKey, scoreKey, scoreOfKey } from '../math/score-keys.ts';
import { unitRows } from '../math/unit-rows.ts';
import type { LeftOut, ScanIndex } from '../retrieval/scan-index.ts';
import type { VectorIndex } from '../retrieval/vector-index.ts';
import type { Attributes } from './attribute-vectors.ts';
import type { CandidateScorer } from './candidate-scorer.ts';
import { checkFinite, findCandidates } from './candidates.ts';
import { diversify } from './diversify.ts';
import { explain } from './explain.ts';
import type { FoldIn } from './fold-in.ts';
import { createItemFilters, type ItemFilter } from './item-filter.ts';
import { leftOutRows, type SeenPolicy } from './left-out.ts';
import { createPeople, type Person } from './people.ts';
import { createPopularityList, type Ranked } from './popularity.ts';
import { createSimilarItems } from './similar-items.ts';
import { createStageClock, type Deadline, type StageClock } from './stage-clock.ts';
import { noStages, type StageTimer } from './tracing.ts';
import type { UserEvents } from './user-events.ts';

/** What a list is made for, and how. */
export interface ListRequest {
  userId: string;
  k: number;
  events: UserEvents;
  nowMs: number;
  deadline: Deadline;
  filter?: string | undefined;
  exclude?: readonly string[] | undefined;
  /** Had in this session, oldest first. */
  items?: readonly string[] | undefined;
  attributes?: Attributes | undefined;
  seen?: SeenPolicy | undefined;
  /** 0 to 1. */
  diversity?: number | undefined;
  explain?: boolean | undefined;
  /** Only these are ranked, whether or not the user has had them. */
  candidates?: readonly string[] | undefined;
  /** A list that was made for the user before, for when nothing better is to be had in time. */
  stale?: (() => readonly RecommendedItem[] | null) | undefined;
  stages?: StageTimer | undefined;
}

export interface RecommendedList {
  source: Source;
  basis: Basis;
  degraded?: Degraded;
  items: RecommendedItem[];
}

/** Answers requests from one loaded bundle. Every answer is made in one go, so it comes from one version. */
export interface Recommender {
  readonly manifest: BundleManifest;
  /** Of the bundle's own users. */
  readonly userIds: readonly string[];
  /** Throws `invalid_input` for a filter that is not understood. */
  recommend(request: ListRequest): RecommendedList;
  /** The k nearest items by cosine; null for an unknown item. Throws `invalid_input` for a filter that is not understood. */
  similar(
    itemId: string,
    k: number,
    options?: { filter?: string | undefined; exclude?: readonly string[] | undefined },
  ): RecommendedItem[] | null;
  knows(itemId: string): boolean;
  /** Counts an event in the ranker's features. */
  observe(event: LoggedEvent, weight: number): void;
  /** Whatever the bundle holds of a user, they are a stranger from now on. */
  forget(userId: string): void;
  /** Searches through another index of the same vectors from now on. */
  switchIndex(index: VectorIndex): void;
  readonly index: VectorIndex;
  /** The stage that failed last, in words; null while all do their work. */
  problem(): string | null;
  dispose(): void;
}

export interface Ranker {
  features: RankingFeatures;
  scorer: CandidateScorer;
}

export interface RecommenderParts {
  /** With spare rows for newcomers. */
  bundle: LoadedBundle;
  userRows: Map<string, number>;
  itemRows: ReadonlyMap<string, number>;
  index: VectorIndex;
  /** Beside an index that cannot leave items out while it searches. */
  scan: ScanIndex | null;
  ranker: Ranker | null;
  foldIn: FoldIn;
  clock?: StageClock;
}

/** So many candidates go to the ranker, or k where that is more. */
const candidateCount = 200;
/** So much of a history is looked at for explanations. */
const explainedHistory = 200;

/** Best first, equal scores by row. */
function inOrder(rows: readonly number[], scores: Float32Array): Ranked {
  if (rows.some((row) => row >= mostRows)) {
    const order = Array.from(rows.keys()).sort(
      (a, b) => (scores[b] as number) - (scores[a] as number) || (rows[a] as number) - (rows[b] as number),
    );
    return { rows: order.map((at) => rows[at] as number), scores: order.map((at) => scores[at] as number) };
  }
  const keys = Float64Array.from(rows, (row, at) => scoreKey(scores[at] as number, row))
    .sort()
    .reverse();
  return { rows: Array.from(keys, rowOfKey), scores: Array.from(keys, scoreOfKey) };
}

type Stage = 'ranker' | 'retrieval' | 'popularity';
const stageWords: Record<Stage, string> = { ranker: 'ranker', retrieval: 'vector search', popularity: 'popularity list' };

/**
 * One request's story: who asks, which items are out of the question, candidates by vector search, ordered by the ranker, made diverse, cut to k, explained. A stage
 * that fails or would be too late gives way to the next simpler one: ranker, retrieval order, an earlier list, popularity, chance; `source` says which
 * it was, and `degraded` why. Equal scores come in the order of item rows.
 */
export function createRecommender(parts: RecommenderParts): Recommender {
  const { bundle, userRows, itemRows, scan, ranker, foldIn, clock = createStageClock() } = parts;
  const { manifest, itemIds, seen, userEmbeddings, itemEmbeddings } = bundle;
  const popularity = createPopularityList(bundle.popularity);
  const filters = createItemFilters(bundle.attributes.items);
  const unit = ranker?.features.unitItems ?? unitRows(itemEmbeddings);
  const similarItems = createSimilarItems(unit);
  const people = createPeople({ bundle, userRows, itemRows, foldIn, features: ranker?.features ?? null });
  let index = parts.index;
  let problem: string | null = null;

  const rank = ({ scorer }: Ranker, userRow: number, candidates: Ranked, nowMs: number): Ranked => {
    const scores = scorer.score(userRow, candidates.rows, nowMs);
    checkFinite(scores, 'ranker');
    return inOrder(candidates.rows, scores);
  };

  /** Dot products of given items, best first. */
  const orderGiven = (query: Float32Array, rows: readonly number[]): Ranked => {
    const scored = rows.map((row) => ({
      row,
      score: rowAt(itemEmbeddings, row).reduce((sum, value, i) => sum + value * (query[i] as number), 0),
    }));
    scored.sort((a, b) => b.score - a.score || a.row - b.row);
    return { rows: scored.map(({ row }) => row), scores: scored.map(({ score }) => score) };
  };

  /** The outcome of one request, as its stages tell it. */
  const startStages = (deadline: Deadline) => {
    let degraded: Degraded | undefined;
    return {
      degraded: () => degraded,
      attempt(stage: Stage, work: () => Ranked): Ranked | null {
        const outcome = clock.run(stage, deadline, work);
        if ('done' in outcome) return outcome.done;
        if ('failed' in outcome) {
          problem = `The ${stageWords[stage]} failed and the next simpler stage answers: ${outcome.failed.message}`;
          degraded ??= `${stage}_failed`;
        } else if (stage !== 'popularity') degraded ??= `${stage}_slow`;
        return null;
      },
    };
  };

  const byChance = (userId: string, k: number, { rows, allowed }: LeftOut, given: readonly number[] | null): Ranked => {
    const random = createRandom(0, userId);
    const out = new Set(rows);
    const may = (row: number): boolean => !out.has(row) && (!allowed || allowed[row] === 1);
    const left = given ?? Array.from(itemIds.keys());
    const picked = left.filter(may);
    for (let at = 0; at < Math.min(k, picked.length); at++) {
      const other = at + random.integer(picked.length - at);
      [picked[at], picked[other]] = [picked[other] as number, picked[at] as number];
    }
    return { rows: picked.slice(0, k), scores: picked.slice(0, k).map(() => 0) };
  };

  interface Chosen {
    source: Source;
    ranked: Ranked;
    degraded?: Degraded | undefined;
    /** A list as it was made before. */
    earlier?: readonly RecommendedItem[];
  }

  /** A list that was made before, less what is out of the question by now; null where nothing is left. */
  const earlierList = ({ stale }: ListRequest, { rows, allowed }: LeftOut): readonly RecommendedItem[] | null => {
    const out = new Set(rows);
    const left = stale?.()?.filter(({ item_id: id }) => {
      const row = itemRows.get(id);
      return row !== undefined && !out.has(row) && (!allowed || allowed[row] === 1);
    });
    return left && left.length > 0 ? left : null;
  };

  const choose = (request: ListRequest, person: Person, without: LeftOut & { allowedCount: number }, given: number[] | null): Chosen => {
    const { k, nowMs, stages = noStages, diversity = 0 } = request;
    const run = startStages(request.deadline);
    const wanted = Math.max(candidateCount, k);
    const answer = (source: Source, ranked: Ranked): Chosen => ({ source, ranked, degraded: run.degraded() });
    if (person.row >= 0) {
      const query = rowAt(userEmbeddings, person.row);
      const candidates = run.attempt('retrieval', () =>
        stages.span('candidates', () =>
          given ? orderGiven(query, given) : findCandidates({ index, scan, items: itemEmbeddings }, query, wanted, without),
        ),
      );
      const ranked =
        candidates && ranker ? run.attempt('ranker', () => stages.span('rank', () => rank(ranker, person.row, candidates, nowMs))) : null;
      const best = ranked ?? candidates;
      if (best) {
        if (ranked || !ranker) problem = null;
        const varied = diversity > 0 ? stages.span('rules', () => diversify(best, k, diversity, unit)) : best;
        return answer(ranked ? 'ranker' : 'retrieval', varied);
      }
      const earlier = given ? null : earlierList(request, without);
      if (earlier) return { ...answer('cached', { rows: [], scores: [] }), earlier };
    }
    // Counting what is popular takes no time to speak of: it is not begun too late, whatever the deadline.
    const popular = clock.run('popularity', { atMs: Number.POSITIVE_INFINITY }, () => {
      const best = given ? orderByPopularity(given) : popularity.top(diversity > 0 ? wanted : k, without);
      return diversity > 0 ? stages.span('rules', () => diversify(best, k, diversity, unit)) : best;
    });
    if ('done' in popular) return answer('popularity', popular.done);
    problem = `The ${stageWords.popularity} failed, and chance answers.`;
    return { ...answer('random', byChance(request.userId, k, without, given)), degraded: run.degraded() ?? 'popularity_failed' };
  };

  const orderByPopularity = (rows: readonly number[]): Ranked => {
    const ordered = [...rows].sort((a, b) => (bundle.popularity[b] as number) - (bundle.popularity[a] as number) || a - b);
    return { rows: ordered, scores: ordered.map((row) => bundle.popularity[row] as number) };
  };

  /** Rows of what the user has had, the newest first as far as that is known. */
  const historyOf = ({ userId, events, items = [] }: ListRequest): number[] => {
    const received = [...items.toReversed(), ...events.newest(explainedHistory).map((event) => event.item_id)];
    const own = userRows.get(userId);
    const trained = own === undefined ? [] : [...seen.indices.subarray(seen.indptr[own], seen.indptr[own + 1])];
    return [...new Set([...received.flatMap((id) => itemRows.get(id) ?? []), ...trained])].slice(0, explainedHistory);
  };

  const listOf = ({ rows, scores }: Ranked, k: number): RecommendedItem[] =>
    rows.slice(0, k).map((row, at) => ({ item_id: itemIds[row] as string, score: scores[at] as number, rank: at + 1 }));

  const explained = (request: ListRequest, items: RecommendedItem[], source: Source): RecommendedItem[] => {
    const history = historyOf(request);
    const from = { history, unit, attributes: bundle.attributes.items, itemIds, source };
    return items.map((item) => ({ ...item, explanation: explain(itemRows.get(item.item_id) as number, from) }));
  };

  const filterOf = (text: string | undefined): ItemFilter | null => (text === undefined ? null : filters(text));

  return {
    manifest,
    userIds: bundle.userIds,
    recommend(request) {
      const { userId, k, events, nowMs, exclude = [], items = [], stages = noStages } = request;
      const filter = stages.span('filter', () => filterOf(request.filter));
      const person = people.find(request, nowMs);
      const given = request.candidates ? [...new Set(request.candidates.flatMap((id) => itemRows.get(id) ?? []))] : null;
      // Who asks to have certain items ranked is not told that they have had them.
      const rows = leftOutRows(seen, itemRows, {
        userRow: userRows.get(userId) ?? -1,
        events,
        policy: given ? 'none' : (request.seen ?? 'all'),
        exclude: given ? exclude : [...exclude, ...items],
      });
      const without = { rows, allowed: filter?.allowed ?? null, allowedCount: filter?.count ?? itemIds.length };
      const out = given && new Set(rows);
      const asked = given?.filter((row) => !out?.has(row) && (!filter || filter.allowed[row] === 1)) ?? null;
      const { source, ranked, degraded, earlier } = choose(request, person, without, asked);
      const list = earlier ? earlier.slice(0, k).map((item, at) => ({ ...item, rank: at + 1 })) : listOf(ranked, k);
      return {
        source,
        basis: person.basis,
        ...(degraded ? { degraded } : {}),
        items: request.explain ? stages.span('explain', () => explained(request, list, source)) : list,
      };
    },
    similar(itemId, k, { filter, exclude = [] } = {}) {
      const row = itemRows.get(itemId);
      if (row === undefined) return null;
      const out = exclude.flatMap((id) => itemRows.get(id) ?? []);
      return listOf(similarItems(row, k, { rows: out, allowed: filterOf(filter)?.allowed ?? null }), k);
    },
    knows: (itemId) => itemRows.has(itemId),
    observe(event, weight) {
      ranker?.features.observe(people.rowOf(event.user_id), itemRows.get(event.item_id) ?? -1, event.timestampMs, weight);
    },
    forget: people.forget,
    switchIndex(better) {
      if (better.size !== itemIds.length)
        throw new EngineError('bad_data', `An index of ${better.size} items was given for ${itemIds.length}.`);
      const old = index;
      index = better;
      if (old !== scan) old.dispose();
    },
    get index() {
      return index;
    },
    problem: () => problem,
    dispose: () => index.dispose(),
  };
}
