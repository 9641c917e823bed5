import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Checkpoint, whereInterrupted } from '#contract/checkpoint';
import { EngineError } from '#contract/errors';
import type { CurvePoint } from '#contract/job';
import type { Run, Selection, Split, TrainInput } from '#contract/run';
import { leastTimed } from '../data/entities.ts';
import { readPairs } from '../data/pairs.ts';
import type { TrainingData } from '../data/training-data.ts';
import { heldOutFromPairs } from '../evaluation/held-out.ts';
import { type DataSplit, splitInteractions } from '../evaluation/split.ts';
import { codesOf } from '../features/feature-codes.ts';
import type { JobContext } from '../jobs/job-queue.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { toSparseMatrix } from '../math/sparse.ts';
import type { Model } from '../models/model.ts';
import { learnsByEpochs, parseParams } from '../models/parameters.ts';
import { findRankingModel, isRankingModel } from '../models/ranking-registry.ts';
import { findRetrievalModel } from '../models/registry.ts';
import type { FitOutcome, FitTask, HeldOut, RankOutcome, RankTask } from '../training/tasks.ts';
import { newId } from '../workspace/manifests.ts';
import { assertSameData, assertSameTest, keepingOf, whileKept } from './checkpoints-of-training.ts';
import { ingestEvents } from './data.ts';
import { readSelected } from './datasets.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { checkFeatures, tellNewItems } from './leak-checks.ts';
import { listRuns, matrixOf, readRun, readRunArrays, saveRun } from './run-store.ts';
import { runTrainerTask } from './trainer-process.ts';
import { versionsOf } from './versions.ts';

/** Remembers what a run's curve was, beside showing it. */
function recording(work: WorkContext): { work: WorkContext; curve: CurvePoint[] } {
  const curve: CurvePoint[] = [];
  return {
    curve,
    work: {
      ...work,
      curve(phase, step, metrics) {
        curve.push({ phase, step, metrics });
        work.curve(phase, step, metrics);
      },
    },
  };
}

/** The rows of ids, for those who are known. */
export function rowsOf(ids: string[]): Map<string, number> {
  return new Map(ids.map((id, row) => [id, row]));
}

interface Prepared {
  data: TrainingData;
  split: Pick<DataSplit, 'train' | 'test' | 'cut'>;
}

/** A given test file; pairs that training does not know are left out and counted. Throws `bad_data` where training has a pair already. */
async function heldOutFromFile(file: string, data: TrainingData, work: WorkContext): Promise<HeldOut> {
  const pairs = await readPairs(path.resolve(file), data.threshold);
  const userRows = rowsOf(data.userIds);
  const itemRows = rowsOf(data.itemIds);
  const users: number[] = [];
  const items: number[] = [];
  pairs.users.forEach((id, i) => {
    const user = userRows.get(id);
    const item = itemRows.get(pairs.items[i] as string);
    if (user === undefined || item === undefined) return;
    users.push(user);
    items.push(item);
  });
  const { test, unknownUsers, repeats, inTraining } = heldOutFromPairs(
    Int32Array.from(users),
    Int32Array.from(items),
    data.interactions,
    data.userIds.length,
  );
  const unknown = pairs.users.length - users.length;
  if (unknown > 0)
    work.log(
      `${unknown} of ${pairs.users.length} test pairs have a user or an item that the workspace does not know; they are left out.`,
      'warning',
    );
  if (unknownUsers > 0) work.log(`${unknownUsers} test users have nothing to train on; they are left out.`, 'warning');
  if (inTraining > 0) {
    throw new EngineError(
      'bad_data',
      `Leakage: ${inTraining} of ${pairs.users.length} pairs of ${file} are in the workspace too, so training would see what is asked for. Take them out of the file, or import only what came before it.`,
      { inTraining },
    );
  }
  if (repeats > 0) work.log(`${repeats} test pairs are twice in the test file; they count once.`, 'warning');
  return test;
}

/** Whom the metrics do not speak of, where that is many. */
function tellLeftOut({ test, leftOut: { unknownUsers } }: DataSplit, work: WorkContext): void {
  if (unknownUsers <= test.users.length / 10) return;
  const most =
    unknownUsers > test.users.length
      ? ' Most of the test set is new users, so these metrics say little: split by leave-last-out to compare models.'
      : '';
  work.log(
    `${unknownUsers} users of the test part have nothing before the cut; ${test.users.length} users are evaluated.${most}`,
    'warning',
  );
}

/** All that trainings read, as it stands now, with what the server received up to here. Trainings that must see the same share one. */
export async function readDataNow(context: EngineContext, selection: Selection, work: WorkContext): Promise<TrainingData> {
  await ingestEvents(context);
  await work.checkpoint({ phase: 'Reading the data' });
  return readSelected(context, selection);
}

/** Throws `bad_data` where too many interactions have no time to split by; a few count as the oldest. */
function checkTimes(timestamps: Float64Array, work: WorkContext): void {
  const untimed = timestamps.reduce((count, time) => count + (Number.isNaN(time) ? 1 : 0), 0);
  if (untimed === 0) return;
  const which = `${untimed} of ${timestamps.length} interactions`;
  if (timestamps.length - untimed < leastTimed * timestamps.length) {
    const lack = untimed === timestamps.length ? 'The interactions have no timestamps' : `${which} have no timestamp`;
    throw new EngineError('bad_data', `${lack}, so they cannot be split by time. Use the split "ratio", or import timestamps.`, {
      untimed,
    });
  }
  work.log(`${which} have no timestamp; they count as older than all others.`, 'warning');
}

async function prepare(data: TrainingData, split: Split, seed: number, work: WorkContext): Promise<Prepared> {
  if (data.interactions.users.length === 0) {
    throw new EngineError(
      'bad_data',
      'The workspace has no positive interactions to train on. Import interactions, or lower the least value that counts as positive.',
    );
  }
  if (data.threshold !== null) work.log(`Of the ratings, those of ${data.threshold} and above count as positive.`);
  if (split.kind === 'file')
    return { data, split: { train: data.interactions, test: await heldOutFromFile(split.path, data, work), cut: null } };
  if (split.kind !== 'ratio') checkTimes(data.interactions.timestamps, work);
  const parts = splitInteractions(data.interactions, split, { seed, userCount: data.userIds.length });
  tellLeftOut(parts, work);
  return { data, split: parts };
}

/** What the test set asks, by ids: two runs with the same can be compared user by user. */
function fingerprintOfTest(test: HeldOut, { userIds, itemIds }: TrainingData): string {
  const hash = createHash('sha256');
  test.users.forEach((user, i) => {
    const items = [...test.items.subarray(test.offsets[i], test.offsets[i + 1])].map((item) => itemIds[item]);
    hash.update(JSON.stringify([userIds[user], ...items]));
  });
  return hash.digest('hex');
}

/** What both roles' runs have in common. */
function runOf(
  context: EngineContext,
  input: TrainInput,
  facts: Pick<Run, 'role' | 'model' | 'label' | 'params' | 'split' | 'selection' | 'dataFingerprint' | 'counts' | 'curve'>,
  outcome: FitOutcome | RankOutcome,
): Run {
  context.device = outcome.device;
  return {
    id: newId('run'),
    ...facts,
    seed: input.seed,
    metrics: outcome.metrics,
    errors: outcome.errors,
    validation: outcome.validation,
    baselines: outcome.baselines,
    ...(outcome.bestEpoch !== undefined ? { bestEpoch: outcome.bestEpoch } : {}),
    seconds: outcome.seconds,
    ...(outcome.examplesPerSecond !== undefined ? { examplesPerSecond: outcome.examplesPerSecond } : {}),
    peakMemoryBytes: outcome.peakMemoryBytes,
    device: outcome.device,
    versions: versionsOf(context.version, outcome.device),
    createdAt: new Date().toISOString(),
  };
}

/** What a training may be given beside what was asked for. */
interface TrainingGiven {
  /** What to train on, where several trainings must see the same; else the workspace as it stands. */
  data?: TrainingData | undefined;
  /** Where it was interrupted, to go on from there; of retrieval models. */
  resume?: Checkpoint | undefined;
}

/** A retrieval model's training, ready to begin. */
interface Readied extends Prepared {
  model: Model;
  params: Record<string, unknown>;
  testFingerprint: string;
  task: FitTask;
}

async function readyRetrieval(context: EngineContext, input: TrainInput, work: WorkContext, given: TrainingGiven): Promise<Readied> {
  const model = findRetrievalModel(input.model);
  const params = parseParams(model, input.params);
  const data = given.data ?? (await readDataNow(context, input.selection, work));
  if (given.resume) assertSameData(given.resume, data);
  const { split } = await prepare(data, input.split, input.seed, work);
  if (split.test.users.length === 0) {
    throw new EngineError(
      'bad_data',
      'The split leaves no test pair of a user and an item that training knows. Choose another split, or import more interactions.',
    );
  }
  const usesAttributes = model.needs.includes('attributes');
  checkFeatures(data, split, { usesAttributes, choice: input.featureLeaks }, work);
  tellNewItems(split, data.itemIds.length, work);
  const testFingerprint = fingerprintOfTest(split.test, data);
  if (given.resume) assertSameTest(given.resume, testFingerprint);
  const task: FitTask = {
    kind: 'fit',
    model: model.id,
    params,
    seed: input.seed,
    userCount: data.userIds.length,
    itemCount: data.itemIds.length,
    train: split.train,
    split: input.split,
    test: split.test,
    userFeatures: data.userFeatures,
    itemFeatures: data.itemFeatures,
    oracle: data.oracle,
    ks: input.ks,
    ...(learnsByEpochs(model) ? { keep: keepingOf(context, { input, model, data, testFingerprint }, given.resume) } : {}),
    ...(given.resume ? { resume: given.resume } : {}),
  };
  return { model, params, data, split, testFingerprint, task };
}

async function trainRetrieval(context: EngineContext, input: TrainInput, work: JobContext, given: TrainingGiven): Promise<Run> {
  const { workspace } = requireSession(context);
  const { model, params, data, split, testFingerprint, task } = await readyRetrieval(context, input, work, given);
  if (given.resume) work.log(`Goes on from ${whereInterrupted(given.resume)}.`);
  return whileKept(context, { keep: task.keep, label: model.label }, work, async () => {
    const { curve, work: recorded } = recording(work);
    const outcome = await runTrainerTask(context.host, task, recorded);
    const counts = {
      users: data.userIds.length,
      items: data.itemIds.length,
      ...outcome.counts,
      test: split.test.items.length,
      testUsers: split.test.users.length,
    };
    const { split: splitKind, selection } = input;
    const facts = { role: 'retrieval' as const, model: model.id, label: model.label, params, split: splitKind, selection, curve, counts };
    const run: Run = {
      ...runOf(context, input, { ...facts, dataFingerprint: data.fingerprint }, outcome),
      intervals: outcome.intervals,
      slices: outcome.slices,
      modelBytes: outcome.modelBytes,
      latencyMs: outcome.latencyMs,
      testFingerprint,
      ...(outcome.oracle ? { oracle: outcome.oracle } : {}),
      ...(outcome.settled ? { settled: outcome.settled } : {}),
    };
    const trained = toSparseMatrix(split.train, data.userIds.length, data.itemIds.length);
    const tested = { users: split.test.users, values: outcome.values };
    await saveRun(
      workspace.path,
      run,
      outcome.arrays,
      { users: data.userIds, items: data.itemIds, itemCodes: codesOf(data.itemFeatures) },
      { trained, tested },
    );
    return run;
  });
}

/** The newest retrieval run that has embeddings, which are what a ranking model and a vector index are made of. */
export async function newestFactorised(workspace: string): Promise<Run> {
  const run = (await listRuns(workspace)).find(
    (candidate) => candidate.role === 'retrieval' && findRetrievalModel(candidate.model).factorised,
  );
  if (!run) throw new EngineError('not_found', 'There is no run with embeddings yet. Train a two-tower model first.');
  return run;
}

/** Interactions after the retrieval model's cut, in two halves: rows to learn ranking from, then the test slice. */
const rankingTestShare = 0.5;

async function trainRanking(context: EngineContext, input: TrainInput, work: JobContext, given: TrainingGiven): Promise<Run> {
  const { workspace } = requireSession(context);
  const model = findRankingModel(input.model);
  const params = parseParams(model, input.params);
  const retrieval = input.retrievalRun ? await readRun(workspace.path, input.retrievalRun) : await newestFactorised(workspace.path);
  if (retrieval.split.kind !== 'temporal') {
    throw new EngineError(
      'invalid_input',
      `Run ${retrieval.id} was split by ${retrieval.split.kind}; a ranking model learns from interactions later than those its embeddings saw. Train a retrieval model with the temporal split first.`,
    );
  }
  const { data, split } = await prepare(
    given.data ?? (await readDataNow(context, retrieval.selection, work)),
    retrieval.split,
    retrieval.seed,
    work,
  );
  if (data.fingerprint !== retrieval.dataFingerprint) {
    throw new EngineError(
      'conflict',
      `The data has changed since run ${retrieval.id} was trained. Train the retrieval model again, then the ranking model.`,
    );
  }
  const ids = { users: data.userIds, items: data.itemIds };
  const arrays = await readRunArrays(workspace.path, retrieval.id);
  const rankFrom = split.train.users.length;
  const { curve, work: recorded } = recording(work);
  const task: RankTask = {
    kind: 'rank',
    model: model.id,
    params,
    seed: input.seed,
    userCount: ids.users.length,
    itemCount: ids.items.length,
    interactions: data.interactions,
    rankFrom,
    testFrom: rankFrom + Math.round((data.interactions.users.length - rankFrom) * rankingTestShare),
    userEmbeddings: matrixOf(arrays, 'user.embedding'),
    itemEmbeddings: matrixOf(arrays, 'item.embedding'),
    ks: input.ks,
  };
  const outcome = await runTrainerTask(context.host, task, recorded);
  const counts = { users: ids.users.length, items: ids.items.length, ...outcome.counts };
  const { split: splitKind, selection } = retrieval;
  const facts = { role: 'ranking' as const, model: model.id, label: model.label, params, split: splitKind, selection, curve, counts };
  const run: Run = {
    ...runOf(context, input, { ...facts, dataFingerprint: data.fingerprint }, outcome),
    retrievalRun: retrieval.id,
    ...(data.eventsThrough !== undefined ? { eventsThrough: data.eventsThrough } : {}),
  };
  await saveRun(workspace.path, run, outcome.arrays, ids);
  return run;
}

/** Trains the model that is named, whatever its role, and leaves a run. */
export async function train(context: EngineContext, input: TrainInput, work: JobContext, given: TrainingGiven = {}): Promise<Run> {
  const story = isRankingModel(input.model) ? trainRanking : trainRetrieval;
  const run = await story(context, input, work, given);
  context.emit({ type: 'runs.changed' });
  return run;
}
