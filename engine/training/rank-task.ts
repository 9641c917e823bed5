import { EngineError } from '#contract/errors';
import { measureRanking, type ScoredRows } from '../evaluation/ranking-metrics.ts';
import { createRankingFeatures, type RankingFeatures } from '../features/ranking-features.ts';
import { createRandom, type Random } from '../math/random.ts';
import type { FitContext } from '../models/model.ts';
import { parseParams } from '../models/parameters.ts';
import { type FittedRanker, type RankingRows, rankingRowParams } from '../models/ranking-model.ts';
import { findRankingModel } from '../models/ranking-registry.ts';
import { loadTensorFlow } from '../models/tensorflow.ts';
import { scoreBaselines } from './rank-baselines.ts';
import { drawCandidates, requestPositions } from './rank-candidates.ts';
import { createRankHistory } from './rank-history.ts';
import { createFeatureReplay } from './rank-rows.ts';
import type { RankOutcome, RankTask } from './tasks.ts';

type TaskContext = Pick<FitContext, 'checkpoint' | 'curve' | 'log'>;

/** A test request has 50 candidates, its item and 49 others: the same ones for every model and every parameter. */
const testNegatives = 49;
const validationShare = 0.15;
/** Feature values that are held at once, for learning and for the test: 128 MB and 160 MB. */
const mostTrainingValues = 32_000_000;
const mostTestValues = 40_000_000;
const leastRequests = { train: 20, validation: 5, test: 10 };

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
      `There are too few interactions after the retrieval model's training to learn ranking from: its ${slice} slice has ${counts[slice]} usable ones where at least ${leastRequests[slice]} are needed. Usable is a user's first interaction with an item that somebody met before, while there are other items that they have not met. Import more interactions, or train the retrieval model with a larger test share.`,
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

interface PreparedRows {
  features: RankingFeatures;
  train: RankingRows;
  validation: RankingRows;
  test: RankingRows;
}

/** Rows of the three slices, made in one replay of all interactions; the features are then those of the end of the data. */
async function prepareRows(task: RankTask, negatives: number, context: TaskContext): Promise<PreparedRows> {
  const { interactions, rankFrom, testFrom } = task;
  const { timestamps } = interactions;
  const report = (done: number): Promise<void> => context.checkpoint({ phase: 'Preparing ranking rows', done, total: 3, unit: 'slices' });
  await report(0);
  if (timestamps.some((time, i) => i > 0 && time < (timestamps[i - 1] as number))) {
    throw new EngineError(
      'bad_data',
      'The interactions are not in the order of time, so ranking could learn from the future. Import them again.',
    );
  }
  const features = createRankingFeatures(task, timestamps.some(Number.isFinite));
  const history = createRankHistory(interactions, task.userCount, task.itemCount);
  const random = createRandom(task.seed, 'rank-task');
  const mostRequests = Math.floor(mostTrainingValues / features.width / (1 + negatives));
  const mostTest = Math.floor(mostTestValues / features.width / (1 + testNegatives));
  // Of many, the newest: they are most like what is to come.
  const learning = requestPositions(interactions, history, rankFrom, testFrom).slice(-mostRequests);
  const testing = sample(requestPositions(interactions, history, testFrom, timestamps.length), mostTest, random.fork('test-requests'));
  const cut = Math.round(learning.length * (1 - validationShare));
  requireRequests({ train: cut, validation: learning.length - cut, test: testing.length });

  const replay = createFeatureReplay(features, interactions, history);
  const rowsOf = (positions: Int32Array, count: number, label: string): RankingRows =>
    replay.rowsOf(drawCandidates(positions, count, interactions, history, random.fork(label)));
  const train = rowsOf(learning.subarray(0, cut), negatives, 'train');
  await report(1);
  const validation = rowsOf(learning.subarray(cut), negatives, 'validation');
  await report(2);
  const test = rowsOf(testing, testNegatives, 'test');
  // For users who have met almost everything there was nothing to draw.
  requireRequests({ train: train.users.length, validation: validation.users.length, test: test.users.length });
  replay.finish();
  await report(3);
  return { features, train, validation, test };
}

/** Metrics of the ranker on the test and the validation rows, and of the baselines on the test rows. */
async function measureRanker(
  { features, train, validation, test }: PreparedRows,
  ranker: FittedRanker,
  negatives: number,
  ks: number[],
): Promise<Pick<RankOutcome, 'metrics' | 'errors' | 'validation' | 'baselines'>> {
  const { weights, baseRate } = weightsOf(test, train);
  const measureTest = (scored: Pick<ScoredRows, 'scores' | 'probabilities'>) =>
    measureRanking({ ...test, weights, ...scored }, ks, `:sampled-${1 + testNegatives}`);
  const scores = ranker.score(test.features);
  const { metrics, errors } = measureTest({ scores, probabilities: scores });
  const baselines = (await scoreBaselines(features.names, train, test)).map(({ model, label, ...scored }) => ({
    model,
    label,
    metrics: measureTest(scored).metrics,
  }));
  const held = ranker.score(validation.features);
  const heldRows = { ...validation, weights: new Float32Array(held.length).fill(1), scores: held, probabilities: held };
  return {
    metrics: { ...metrics, 'base-rate': baseRate },
    errors,
    validation: measureRanking(heldRows, ks, `:sampled-${1 + negatives}`).metrics,
    baselines,
  };
}

/**
 * Trains a ranking model on interactions that its embeddings did not see, and measures it on later ones still. Rows are made by replaying
 * all interactions in the order of time. Throws `bad_data` where a slice is too small or the order is not that of time.
 */
export async function runRankTask(task: RankTask, context: TaskContext): Promise<RankOutcome> {
  const began = performance.now();
  const model = findRankingModel(task.model);
  const params = parseParams(model, task.params);
  const negatives = rankingRowParams.negatives.parse(params.negatives);
  const { report: device } = await loadTensorFlow();
  const rows = await prepareRows(task, negatives, context);
  const { train, validation, test, features } = rows;
  const { checkpoint, curve, log } = context;
  const random = createRandom(task.seed, model.id);
  const ranker = await model.fit(train, validation, params, { random, seed: task.seed, checkpoint, curve, log });
  await checkpoint({ phase: 'Measuring the ranker', done: 0, total: 1 });
  return {
    arrays: { ...ranker.save(), ...features.save() },
    ...(await measureRanker(rows, ranker, negatives, task.ks)),
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
