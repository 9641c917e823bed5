import { EngineError } from '#contract/errors';
import type { LoadedBundle } from '../bundles/contents.ts';
import { readBundle } from '../bundles/read-bundle.ts';
import { loadRankingFeatures } from '../features/ranking-features.ts';
import { denseNetworkFrom } from '../math/dense.ts';
import { createExactIndex } from '../retrieval/exact-index.ts';
import { buildHnswIndex } from '../retrieval/hnsw-index.ts';
import { pickEvenly } from '../retrieval/measure.ts';
import { createScanIndex } from '../retrieval/scan-index.ts';
import { createCandidateScorer } from './candidate-scorer.ts';
import { learnFoldIn } from './fold-in.ts';
import { withSpareRows } from './people.ts';
import { createRecommender, type Ranker, type Recommender } from './recommender.ts';
import { noEvents } from './user-events.ts';

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Rows by id, made in short stretches. */
async function rowsById(ids: readonly string[]): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  for (const [row, id] of ids.entries()) {
    rows.set(id, row);
    if (row % 4096 === 4095) await pause();
  }
  return rows;
}

function rankerOf(bundle: LoadedBundle): Ranker | null {
  if (!bundle.ranker) return null;
  try {
    const features = loadRankingFeatures(bundle.ranker, bundle);
    return { features, scorer: createCandidateScorer(denseNetworkFrom(bundle.ranker), features, bundle) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'bundle_refused',
      `The bundle ${bundle.folder} is refused: ranker.safetensors: ${reason} Make the bundle again.`,
      {
        folder: bundle.folder,
        file: 'ranker.safetensors',
      },
    );
  }
}

const checkedUsers = 16;
const checkedItems = 10;

/** Asks a few users before anyone else does. Throws `bundle_refused` where a list is empty, not finite, or not from the stage it should be from. */
async function selfCheck(bundle: LoadedBundle, recommender: Recommender): Promise<void> {
  const refuse = (what: string): never => {
    throw new EngineError(
      'bundle_refused',
      `The bundle ${bundle.folder} is refused: its self-check failed: ${what} The one that is served stays. Train again.`,
      {
        folder: bundle.folder,
      },
    );
  };
  if (bundle.itemIds.length === 0) refuse('it has no items.');
  const stage = bundle.ranker ? 'ranker' : 'retrieval';
  for (const row of pickEvenly(bundle.userIds.length, checkedUsers)) {
    const userId = bundle.userIds[row] as string;
    const deadline = { atMs: Number.POSITIVE_INFINITY };
    const { source, items } = recommender.recommend({ userId, k: checkedItems, events: noEvents, nowMs: Date.now(), deadline });
    // Of whom nothing is known gets what is popular.
    const expected = bundle.known[row] === 0 ? 'popularity' : stage;
    if (source !== expected) refuse(`user row ${row} was answered by ${source}. ${recommender.problem() ?? ''}`);
    const seenCount = (bundle.seen.indptr[row + 1] as number) - (bundle.seen.indptr[row] as number);
    const possible = Math.min(checkedItems, bundle.itemIds.length - seenCount);
    if (items.length < possible) refuse(`user row ${row} got ${items.length} items where ${possible} were possible.`);
    await pause();
  }
}

/** A bundle that answers. */
export interface ServedModel {
  recommender: Recommender;
  /**
   * Builds the graph that the manifest asks for, from the vectors: a graph that came with a bundle is never opened. Until it is built exact search
   * answers, and where it cannot be built exact search stays.
   * @param stopped true ends the work
   */
  buildIndex(stopped: () => boolean): Promise<void>;
}

/**
 * Reads a bundle and makes it ready to answer, in short stretches, so that the process answers others meanwhile. It is returned only when a few
 * users were answered well.
 * Throws `bundle_refused` or `not_found`.
 */
export async function loadServedModel(folder: string): Promise<ServedModel> {
  const bundle = withSpareRows(await readBundle(folder));
  await pause();
  const [userRows, itemRows] = [await rowsById(bundle.userIds), await rowsById(bundle.itemIds)];
  const scan = createScanIndex(bundle.itemEmbeddings);
  await pause();
  const index = scan ?? (await createExactIndex(bundle.itemEmbeddings));
  const ranker = rankerOf(bundle);
  const foldIn = await learnFoldIn(bundle);
  const recommender = createRecommender({ bundle, userRows, itemRows, index, scan, ranker, foldIn });
  await pause();
  await selfCheck(bundle, recommender);
  return {
    recommender,
    async buildIndex(stopped) {
      const { vectorIndex } = bundle.manifest;
      if (vectorIndex.kind !== 'hnsw') return;
      const graph = await buildHnswIndex(bundle.itemEmbeddings, vectorIndex, async () => {
        if (stopped()) throw new EngineError('cancelled', 'The bundle is not served any more.');
        await pause();
      });
      recommender.switchIndex(graph);
    },
  };
}
