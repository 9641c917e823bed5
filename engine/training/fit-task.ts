import type { Searched } from '#contract/checkpoint';
import { EngineError } from '#contract/errors';
import type { Metrics, Split } from '#contract/run';
import { type Catalogue, createCatalogue } from '../evaluation/catalogue.ts';
import { evaluateTopK, evaluateWhole, isAccuracy } from '../evaluation/evaluate.ts';
import type { HeldOut } from '../evaluation/held-out.ts';
import { medianLatency } from '../evaluation/latency.ts';
import { assertDisjoint, assertNoLeak } from '../evaluation/leakage.ts';
import { carveValidation } from '../evaluation/split.ts';
import type { Measured } from '../evaluation/tally.ts';
import { finishBetweenOthers } from '../jobs/between-others.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import type { Interactions, Matrix } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { toSparseMatrix } from '../math/sparse.ts';
import { scoreByVectors } from '../models/factorised.ts';
import type { FitContext, FittedModel, Model, ProblemSize, TrainingSet } from '../models/model.ts';
import { parseParams } from '../models/parameters.ts';
import { findRetrievalModel, retrievalModels } from '../models/registry.ts';
import { loadTensorFlow } from '../models/tensorflow.ts';
import { compareWithBaselines, type Rival } from './baseline-differences.ts';
import { createCheckpointKeeper } from './checkpoint-keeper.ts';
import { assertFitsMemory, memoryLimit } from './memory-check.ts';
import type { FitOutcome, FitTask } from './tasks.ts';

type TaskContext = Pick<WorkContext, 'checkpoint' | 'curve' | 'log' | 'signal'>;

/** At most so many users are asked each epoch: enough to choose by, and quick on large data. */
const validationUsers = 5000;

/**
 * How to hold out the validation slice: as the test set was. Of a given test file only its shape is known: one item a user looks like the last one, more like
 * what came later, where there are times.
 */
function validationSplit({ split, test, train }: FitTask): Split {
  if (split.kind !== 'file') return split;
  const timed = train.timestamps.some((time) => Number.isFinite(time));
  const kind = !timed ? 'ratio' : test.items.length === test.users.length ? 'leave-last-out' : 'temporal';
  return kind === 'leave-last-out' ? { kind } : { kind, testShare: 0.2 };
}

function trainingSetOf(task: FitTask, interactions: Interactions): TrainingSet {
  const { userCount, itemCount, userFeatures, itemFeatures } = task;
  return { userCount, itemCount, interactions, matrix: toSparseMatrix(interactions, userCount, itemCount), userFeatures, itemFeatures };
}

/** What attributes take in memory. */
function attributeBytes({ userFeatures, itemFeatures }: Pick<FitTask, 'userFeatures' | 'itemFeatures'>): number {
  const sum = (of: { byteLength: number }[]): number => of.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  return [userFeatures, itemFeatures].reduce((bytes, { categories, lists, numbers, texts = [], vectors = [] }) => {
    const rows = [...categories.map(({ codes }) => codes), ...[...numbers, ...vectors].map(({ values }) => values)];
    return bytes + sum(rows) + sum([...lists, ...texts].flatMap(({ offsets, codes }) => [offsets, codes]));
  }, 0);
}

/** Some of the held-out users, any with the same chance, in order. */
function sampleUsers(heldOut: HeldOut, count: number, seed: number): HeldOut {
  if (heldOut.users.length <= count) return heldOut;
  const order = Int32Array.from(heldOut.users, (_, i) => i);
  createRandom(seed, 'validation users').shuffle(order);
  const chosen = order.slice(0, count).sort();
  const offsets = new Int32Array(count + 1);
  const items: number[] = [];
  chosen.forEach((at, i) => {
    items.push(...heldOut.items.subarray(heldOut.offsets[at], heldOut.offsets[at + 1]));
    offsets[i + 1] = items.length;
  });
  return { users: chosen.map((at) => heldOut.users[at] as number), offsets, items: Int32Array.from(items) };
}

interface Fitting {
  model: Model;
  params: Record<string, unknown>;
  set: TrainingSet;
  validate: FitContext['validate'];
}

/** Of a fit that begins at its beginning and leaves nothing on the way. */
const unkept: Pick<FitContext, 'resume' | 'keepEpoch'> = { resume: null, keepEpoch: async () => undefined };

function fitModel(
  { model, params, set, validate }: Fitting,
  task: FitTask,
  { checkpoint, curve, log }: TaskContext,
  kept: typeof unkept = unkept,
): Promise<FittedModel> {
  const random = createRandom(task.seed, model.id);
  return model.fit(set, parseParams(model, params), { checkpoint, curve, log, random, seed: task.seed, validate, ...kept });
}

/** Scores of the known preference model behind generated data. */
function oracleScores(oracle: { users: Matrix; items: Matrix }): FittedModel {
  return scoreByVectors(oracle.users, oracle.items);
}

/** What the evaluator is told of the test set, of any model. */
function evaluationOf(fitted: FittedModel, set: TrainingSet, catalogue: Catalogue, task: FitTask, context: TaskContext, what: string) {
  return {
    score: (userRows: Int32Array): Matrix => fitted.score(userRows),
    train: set.matrix,
    heldOut: task.test,
    ks: task.ks,
    catalogue,
    onBlock: (done: number, total: number): Promise<void> =>
      context.checkpoint({ phase: `Evaluating ${what}`, done, total, unit: 'users' }),
  };
}

/**
 * Trains one retrieval model and evaluates it, the baselines and the oracle on the same test set.
 *
 * A slice of the training time is held out first. The model trains on the rest and settles by that slice what is to be settled (its epoch, its temperature);
 * the slice's metrics are those reported as `validation`. Then it trains again on the whole training time with what was settled, and that model is kept and
 * tested: the newest interactions are worth the most, and nothing of the test set has been looked at on the way.
 *
 * Goes on from `task.resume`, in whichever of the two fits that is, to the same bits.
 */
export async function runFitTask(task: FitTask, context: TaskContext): Promise<FitOutcome> {
  const { report: device } = await loadTensorFlow();
  if (task.train.users.length === 0)
    throw new EngineError('bad_data', 'There are no training interactions. Import more, or hold out less for the test.');
  const model = findRetrievalModel(task.model);
  const params = parseParams(model, task.params);
  const carved = carveValidation(task.train, validationSplit(task), { seed: task.seed, userCount: task.userCount });
  const whole = trainingSetOf(task, task.train);
  const problem: ProblemSize = {
    users: task.userCount,
    items: task.itemCount,
    pairs: whole.matrix.indices.length,
    attributeBytes: attributeBytes(task),
  };
  assertFitsMemory(model, params, problem, retrievalModels);
  const validated = carved.test.users.length > 0;
  assertNoLeak(whole.matrix, task.test, 'test');
  assertDisjoint(carved.test, task.test, ['validation', 'test']);

  const keeper = createCheckpointKeeper(task, device, context);
  const training: TaskContext = { ...context, curve: keeper.curve };
  let searched: Searched | null = task.resume?.searched ?? null;
  const part = trainingSetOf(task, carved.train);
  const evaluate = (score: FittedModel['score'], heldOut: HeldOut, ks: number[]): Promise<Measured> =>
    evaluateTopK({ score, train: part.matrix, heldOut, name: 'validation', ks });
  const sample = sampleUsers(carved.test, validationUsers, task.seed);
  const validate: FitContext['validate'] = async (score) => (await evaluate(score, sample, [10])).metrics;
  if (!validated) context.log('There is nothing to hold out of the training time, so there is no early stop.');
  else if (task.resume?.stage !== 'final') {
    const first = await fitModel({ model, params, set: part, validate }, task, training, await keeper.of('search', null));
    const { metrics: validation } = await evaluate((rows) => first.score(rows), carved.test, task.ks);
    searched = { validation, facts: first.facts ?? {} };
    first.dispose?.();
  }
  const found = searched?.facts;
  const chosen = found?.settled;
  const settled = { ...params, ...chosen };
  const fitted = await fitModel({ model, params: settled, set: whole, validate: null }, task, training, await keeper.of('final', searched));
  const seconds = keeper.seconds();
  const facts = { ...found, ...fitted.facts, ...(found?.bestEpoch !== undefined ? { bestEpoch: found.bestEpoch } : {}) };

  const evaluating: TaskContext = { ...context, checkpoint: (progress) => context.checkpoint({ ...progress, part: 'evaluation' }) };
  await evaluating.checkpoint({ phase: `Evaluating ${model.label}`, done: 0, total: task.test.users.length, unit: 'users' });
  const catalogue = createCatalogue(whole.matrix, task.itemFeatures);
  const { userFeatures, itemFeatures, seed } = task;
  const detail = { seed, userFeatures, itemFeatures };
  const evaluated = await evaluateWhole({ ...evaluationOf(fitted, whole, catalogue, task, evaluating, model.label), ...detail });
  const { metrics, errors, intervals, slices } = evaluated;
  const latencyMs = await medianLatency((rows) => fitted.score(rows), whole.matrix, task.test.users, task.ks[0] as number);
  // What the model itself took: baselines follow.
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  const rivals: Rival[] = [];
  for (const baseline of retrievalModels) {
    if (!baseline.baseline || baseline.id === model.id) continue;
    // A baseline that was not tuned is easily beaten: it settles what is to be settled on the same slice.
    if (baseline.memoryBytes(problem, parseParams(baseline, {})) > memoryLimit().bytes) {
      context.log(
        `${baseline.label} does not go into the memory of this machine for data of this size: it is no baseline here.`,
        'warning',
      );
      continue;
    }
    const quiet = { ...evaluating, curve: () => undefined, log: () => undefined };
    const tried = validated ? await fitModel({ model: baseline, params: {}, set: part, validate }, task, quiet) : null;
    const params = tried?.facts?.settled ?? {};
    tried?.dispose?.();
    const other = await fitModel({ model: baseline, params, set: whole, validate: null }, task, quiet);
    const { metrics: reached, values } = await evaluateTopK(evaluationOf(other, whole, catalogue, task, evaluating, baseline.label));
    rivals.push({ model: baseline.id, label: baseline.label, metrics: reached, values });
    other.dispose?.();
  }
  const baselines = await finishBetweenOthers(compareWithBaselines(evaluated.values, rivals, task.seed));
  let oracle: Metrics | null = null;
  if (task.oracle) {
    const known = oracleScores(task.oracle);
    oracle = (await evaluateTopK(evaluationOf(known, whole, catalogue, task, evaluating, 'the oracle'))).metrics;
    known.dispose?.();
  }
  const arrays = fitted.save();
  fitted.dispose?.();
  return {
    arrays,
    metrics,
    errors,
    intervals,
    slices,
    values: Object.fromEntries(Object.entries(evaluated.values).filter(([name]) => isAccuracy(name))),
    modelBytes: Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0),
    latencyMs,
    validation: searched?.validation ?? {},
    baselines,
    oracle,
    counts: { train: task.train.users.length, validation: carved.test.items.length },
    ...(facts.bestEpoch !== undefined ? { bestEpoch: facts.bestEpoch } : {}),
    ...(facts.examplesPerSecond !== undefined ? { examplesPerSecond: facts.examplesPerSecond } : {}),
    ...(chosen ? { settled: chosen } : {}),
    seconds,
    peakMemoryBytes,
    device,
  };
}
