import { EngineError } from '#contract/errors';
import { measureRanking, type ScoredRows } from '../evaluation/ranking-metrics.ts';
import { createRankingFeatures } from '../features/ranking-features.ts';
import { createRandom, type Random } from '../math/random.ts';
import type { FitContext } from '../models/model.ts';
import { parseParams } from '../models/parameters.ts';
import { type RankingRows, rankingRowParams } from '../models/ranking-model.ts';
import { findRankingModel } from '../models/ranking-registry.ts';
import { loadTensorFlow } from '../models/tensorflow.ts';
import { scoreBaselines } from './rank-baselines.ts';
import { drawCandidates, type NegativeMix, requestPositions } from './rank-candidates.ts';
import { createRankHistory } from './rank-history.ts';
import { createFeatureReplay } from './rank-rows.ts';
import type { RankOutcome, RankTask } from './tasks.ts';

/** Candidates of a test request: its item and 49 others, the same ones for every model and every parameter. */
const testMix: NegativeMix = { uniform: 25, popular: 24, hard: 0 };
const testSuffix = ':sampled-50';
const validationShare = 0.15;
/** Feature values that are held at once, for learning and for the test: 128 MB and 160 MB. */
const mostTrainingValues = 32_000_000;
const mostTestValues = 40_000_000;
const leastRequests = { train: 20, validation: 5, test: 10 };

/** The parameters of every ranking model as the numbers of negatives of each kind. */
function mixOf(params: Record<string, unknown>): NegativeMix {
  const negatives = rankingRowParams.negatives.parse(params.negatives);
  const hard = Math.round(negatives * rankingRowParams.hardShare.parse(params.hardShare));
  const popular = Math.floor((negatives - hard) / 2);
  return { hard, popular, uniform: negatives - hard - popular };
}

/** At most `count` of the positions, any with the same chance, still in order. */
function sample(positions: Int32Array, count: number, random: Random): Int32Array {
  if (positions.length <= count) return positions;
  const shuffled = positions.slice();
  random.shuffle(shuffled);
  return shuffled.slice(0, count).sort();
}

function requireRequests(counts: { train: number; validation: number; test: number }): void {
  for (const slice of ['train', 'validation', 'test'] as const) {
    if (counts[slice] >= leastRequests[slice]) continue;
    throw new EngineError(
      'bad_data',
      `There are too few interactions after the retrieval model's training to learn ranking from: its ${slice} slice has ${counts[slice]} usable ones where at least ${leastRequests[slice]} are needed. Usable is a user's first interaction with an item that somebody met before. Import more interactions, or train the retrieval model with a larger test share.`,
      { slice, ...counts },
    );
  }
}

/** Negatives weigh so much that the test rows have the base rate of the training rows: log loss is taken at that rate. */
function weightsOf(test: RankingRows, train: RankingRows): { weights: Float32Array; baseRate: number } {
  const positives = (rows: RankingRows): number => rows.users.length;
  const negatives = (rows: RankingRows): number => rows.labels.length - rows.users.length;
  const negativesPerPositive = negatives(train) / positives(train);
  const weight = negativesPerPositive / (negatives(test) / positives(test));
  return { weights: Float32Array.from(test.labels, (label) => (label === 1 ? 1 : weight)), baseRate: 1 / (1 + negativesPerPositive) };
}

/**
 * Trains a ranking model on interactions that its embeddings did not see, and measures it on later ones still. Rows are made by replaying
 * all interactions in the order of time. Throws `bad_data` where a slice is too small or the order is not that of time.
 */
export async function runRankTask(task: RankTask, context: Pick<FitContext, 'checkpoint' | 'curve' | 'log'>): Promise<RankOutcome> {
  const began = performance.now();
  const { interactions, rankFrom, testFrom, userEmbeddings, itemEmbeddings } = task;
  const { timestamps } = interactions;
  const model = findRankingModel(task.model);
  const params = parseParams(model, task.params);
  const { report: device } = await loadTensorFlow();
  await context.checkpoint({ phase: 'Preparing ranking rows', done: 0, total: 3 });
  if (timestamps.some((time, i) => i > 0 && time < (timestamps[i - 1] as number))) {
    throw new EngineError(
      'bad_data',
      'The interactions are not in the order of time, so ranking could learn from the future. Import them again.',
    );
  }

  const features = createRankingFeatures(task, timestamps.some(Number.isFinite));
  const history = createRankHistory(interactions, task.userCount, task.itemCount);
  const mix = mixOf(params);
  const random = createRandom(task.seed, 'rank-task');
  const embeddings = { userEmbeddings, itemEmbeddings };
  const mostRequests = Math.floor(mostTrainingValues / features.width / (1 + mix.hard + mix.popular + mix.uniform));
  const mostTest = Math.floor(mostTestValues / features.width / (1 + testMix.hard + testMix.popular + testMix.uniform));
  // Of many, the newest: they are most like what is to come.
  const learning = requestPositions(interactions, history, rankFrom, testFrom).slice(-mostRequests);
  const testing = sample(
    requestPositions(interactions, history, testFrom, interactions.users.length),
    mostTest,
    random.fork('test-requests'),
  );
  const cut = Math.round(learning.length * (1 - validationShare));
  requireRequests({ train: cut, validation: learning.length - cut, test: testing.length });

  const replay = createFeatureReplay(features, interactions, history);
  const rowsOf = (positions: Int32Array, negatives: NegativeMix, label: string): RankingRows =>
    replay.rowsOf(drawCandidates(positions, negatives, interactions, history, embeddings, random.fork(label)));
  const train = rowsOf(learning.subarray(0, cut), mix, 'train');
  await context.checkpoint({ phase: 'Preparing ranking rows', done: 1, total: 3 });
  const validation = rowsOf(learning.subarray(cut), mix, 'validation');
  await context.checkpoint({ phase: 'Preparing ranking rows', done: 2, total: 3 });
  const test = rowsOf(testing, testMix, 'test');
  replay.finish();
  await context.checkpoint({ phase: 'Preparing ranking rows', done: 3, total: 3 });

  const { checkpoint, curve, log } = context;
  const ranker = await model.fit(train, validation, params, {
    random: createRandom(task.seed, model.id),
    seed: task.seed,
    checkpoint,
    curve,
    log,
  });

  await context.checkpoint({ phase: 'Measuring the ranker', done: 0, total: 1 });
  const { weights, baseRate } = weightsOf(test, train);
  const measure = (rows: RankingRows, rowWeights: Float32Array, scored: Pick<ScoredRows, 'scores' | 'probabilities'>, suffix: string) =>
    measureRanking({ labels: rows.labels, offsets: rows.offsets, users: rows.users, weights: rowWeights, ...scored }, task.ks, suffix);
  const scores = ranker.score(test.features);
  const { metrics, errors } = measure(test, weights, { scores, probabilities: scores }, testSuffix);
  const baselines = (await scoreBaselines(features.names, train, test)).map(({ model: id, label, ...scored }) => ({
    model: id,
    label,
    metrics: measure(test, weights, scored, testSuffix).metrics,
  }));
  const held = ranker.score(validation.features);
  const heldWeights = new Float32Array(held.length).fill(1);
  const negatives = mix.hard + mix.popular + mix.uniform;
  return {
    arrays: { ...ranker.save(), ...features.save() },
    metrics: { ...metrics, 'base-rate': baseRate },
    errors,
    validation: measure(validation, heldWeights, { scores: held, probabilities: held }, `:sampled-${negatives + 1}`).metrics,
    baselines,
    counts: {
      train: train.labels.length,
      validation: validation.labels.length,
      test: test.labels.length,
      testUsers: new Set(test.users).size,
    },
    bestEpoch: ranker.facts.bestEpoch,
    examplesPerSecond: ranker.facts.examplesPerSecond,
    seconds: (performance.now() - began) / 1000,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    device,
  };
}
