import { EngineError } from '#contract/errors';
import type { Job } from '#contract/job';
import type { HandlersOf } from '#contract/operations';
import { type PipelineResult, pipelineStages } from '#contract/pipeline';
import { type Metrics, metricsTable, type Run, type Split } from '#contract/run';
import { headlineOf, spoken, verdictOf } from '#contract/verdict';
import { countEntities, hasTimestamps } from '../data/entities.ts';
import type { TrainingData } from '../data/training-data.ts';
import type { JobContext } from '../jobs/job-queue.ts';
import { parseParams } from '../models/parameters.ts';
import { retrievalModels } from '../models/registry.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { renewBundle } from './retire-bundles.ts';
import { bringSample } from './sample.ts';
import { type AdminStories, startServing } from './servers.ts';
import { runStage, runTrainingStages } from './stages.ts';
import { readDataNow, train } from './training.ts';
import { buildVectorIndex } from './vector-indexes.ts';

export interface BuildInput {
  sampleIfEmpty: boolean;
  model: string;
  ranker: string;
  params: Record<string, unknown>;
  split?: Split | undefined;
  seed: number;
  serve: boolean;
  port: number;
}

const count = (value: number): string => value.toLocaleString('en-US');
const show = (metrics: Metrics, name: string): string => `${spoken(name)} ${(metrics[name] ?? Number.NaN).toFixed(4)}`;

async function prepareData(context: EngineContext, input: BuildInput, job: JobContext): Promise<string> {
  const { database } = requireSession(context);
  if (input.sampleIfEmpty) await bringSample(context, job);
  const counts = await countEntities(database);
  if (counts.interactions === 0) throw new EngineError('bad_data', 'The workspace is empty. Import interactions first.');
  return `${count(counts.interactions)} interactions of ${count(counts.users)} users with ${count(counts.items)} items`;
}

/** Ranking needs a later slice of time; where the data has none, retrieval alone is served, and the stage says why. */
async function trainRanker(
  context: EngineContext,
  input: BuildInput,
  retrieval: Run,
  data: TrainingData,
  job: JobContext,
): Promise<Run | null> {
  const skip = (detail: string): null => {
    job.updateStage('ranking', { status: 'skipped', detail });
    job.log(detail, 'warning');
    return null;
  };
  if (retrieval.split.kind !== 'temporal') {
    const why = input.split ? `the split is "${input.split.kind}"` : 'the data has no timestamps';
    return skip(`Skipped: ${why}, and a ranking model learns from a later slice of time.`);
  }
  try {
    return await runStage(job, 'ranking', async () => {
      const run = await train(
        context,
        {
          model: input.ranker,
          params: {},
          split: retrieval.split,
          selection: retrieval.selection,
          seed: input.seed,
          ks: [10, 20],
          retrievalRun: retrieval.id,
        },
        job,
        { data },
      );
      return { value: run, detail: `${run.label}: ${show(run.metrics, 'auc')}, ${show(run.metrics, 'log-loss')}` };
    });
  } catch (error) {
    if (error instanceof EngineError && error.code === 'bad_data') return skip(`Skipped: ${error.message}`);
    throw error;
  }
}

async function splitFor(context: EngineContext): Promise<Split> {
  const { database } = requireSession(context);
  const timed = await hasTimestamps(database);
  return timed ? { kind: 'temporal', testShare: 0.2 } : { kind: 'ratio', testShare: 0.2 };
}

/** The whole story: data, retrieval, evaluation, ranking, vector index, bundle, serving. */
export async function build(context: EngineContext, stories: AdminStories, input: BuildInput, job: JobContext): Promise<PipelineResult> {
  const started = performance.now();
  job.setStages(pipelineStages.map(([id, label]) => ({ id, label, status: 'waiting' })));
  const data = await runStage(job, 'data', async () => {
    const detail = await prepareData(context, input, job);
    // One reading for both models: what the server receives meanwhile is for the next time.
    return { value: await readDataNow(context, { minValue: 'auto' }, job), detail };
  });
  const split = input.split ?? (await splitFor(context));
  const request = {
    model: input.model,
    params: input.params,
    split,
    selection: { minValue: 'auto' as const },
    seed: input.seed,
    ks: [10, 20],
  };
  const run = await runTrainingStages(
    job,
    { training: 'retrieval', evaluation: 'evaluation' },
    (work) => train(context, request, work, { data }),
    (trained) => ({
      training: `${trained.label}: ${count(trained.counts.train)} training interactions, epoch ${trained.bestEpoch ?? '–'} kept`,
      evaluation: `${show(trained.metrics, headlineOf(trained) ?? 'ndcg@10')} for ${count(trained.counts.testUsers)} test users`,
    }),
  );
  const ranker = await trainRanker(context, input, run, data, job);
  const index = await runStage(job, 'index', async () => {
    const value = await buildVectorIndex(context, { run: run.id, kind: 'auto' }, job);
    return { value, detail: value.reason };
  });
  const bundle = await runStage(job, 'bundle', async () => {
    const value = await renewBundle(context, { run: run.id, ranker: ranker?.id }, job);
    return { value, detail: `${value.files} files, ${(value.sizeBytes / 1e6).toFixed(1)} MB: ${value.id}` };
  });
  let url = context.server.status().url;
  if (input.serve) {
    url = await runStage(job, 'serve', async () => {
      // A running server has swapped to the new bundle already.
      const status =
        context.server.status().state === 'running'
          ? context.server.status()
          : await startServing(context, stories, { bundle: bundle.id, port: input.port, host: '127.0.0.1', nextFreePort: true });
      return { value: status.url, detail: `Serving at ${status.url}` };
    });
  } else job.updateStage('serve', { status: 'skipped', detail: 'Not asked for.' });
  return {
    run: run.id,
    ranker: ranker?.id ?? null,
    vectorIndex: index.id,
    bundle: bundle.id,
    url,
    seconds: (performance.now() - started) / 1000,
    metrics: run.metrics,
    table: metricsTable(run),
    verdict: verdictOf(run),
  };
}

/** Trains again on everything received so far, and swaps a running server to the result. */
export function retrain(
  context: EngineContext,
  stories: AdminStories,
  body: { model?: string | undefined; params?: Record<string, unknown> | undefined; seed?: number | undefined },
): Job {
  requireSession(context);
  const name = body.model ?? 'two-tower';
  // Refused here, at once, rather than when the job gets its turn.
  const model = retrievalModels.find((candidate) => candidate.id === name && candidate.factorised);
  if (!model)
    throw new EngineError('invalid_input', `"${name}" is no model that can be served. One that can is two-tower.`, { model: name });
  parseParams(model, body.params ?? {});
  const input: BuildInput = {
    sampleIfEmpty: false,
    model: name,
    ranker: 'neural-ranker',
    params: body.params ?? {},
    seed: body.seed ?? 42,
    serve: false,
    port: 0,
  };
  return context.jobs.start('build', 'Train again on what was received', (job) => build(context, stories, input, job));
}

export function pipelineHandlers(context: EngineContext, stories: AdminStories): HandlersOf<'pipeline'> {
  return {
    'pipeline.build': async (input) => {
      requireSession(context);
      return context.jobs.start('build', 'Build recommender', (job) => build(context, stories, input, job));
    },
  };
}
