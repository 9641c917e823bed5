import { EngineError } from '#contract/errors';
import { metricsTable, type Run } from '#contract/run';
import { verdictOf } from '#contract/verdict';
import type { Command } from './command.ts';
import { comparisonText, costText, evaluationText, scoreText } from './evaluation-text.ts';
import { splitFlags, splitOf } from './split-flags.ts';
import { formatBytes, formatDuration, formatNumber, formatTable } from './terminal.ts';

/** What programs read of a run: the id first, and the facts that people compare. */
export function runJson(run: Run): unknown {
  const { id, examplesPerSecond, ...rest } = run;
  return { run_id: id, examples_per_second: examplesPerSecond ?? null, ...rest };
}

export function runText(run: Run): string {
  const speed = run.examplesPerSecond ? `, ${formatNumber(Math.round(run.examplesPerSecond))} examples/s` : '';
  const { backend, device, version } = run.device;
  const made = `${run.id}: ${run.label}, ${costText(run)}${speed} on ${device.toUpperCase()} (${backend} ${version})`;
  const verdict = run.role === 'retrieval' ? `${verdictOf(run)}\n` : '';
  return `${evaluationText(metricsTable(run), { ...run, users: run.counts.testUsers })}\n\n${verdict}${made}`;
}

export const runCommands: Command[] = [
  {
    name: 'train',
    usage: 'W --model M',
    summary: 'Train a model and evaluate it, beside its baselines',
    positionals: [1, 1],
    flags: {
      model: {
        kind: 'text',
        help: 'two-tower, normalised-linear, ease, ials, sasrec, lightgcn, item-knn, user-knn, rp3beta, spectral-filter, bpr, popularity or hybrid; to rank its lists logistic-ranker or neural-ranker',
        required: true,
      },
      set: { kind: 'pairs', help: 'a parameter, key=value; may be given again' },
      ...splitFlags,
      split: { ...splitFlags.split, help: 'temporal (default), leave-last-out, ratio or file' },
      'min-value': { kind: 'number', help: 'least value that counts as positive (ratings: 70 % of the highest)' },
      'event-types': { kind: 'text', help: 'only these event types, with commas' },
      dataset: { kind: 'text', help: 'a frozen dataset, by id or name, in place of all that the workspace has' },
      k: { kind: 'integers', help: 'list lengths of the metrics (10,20)' },
      seed: { kind: 'integer', help: 'the same seed gives the same result (42)' },
      'retrieval-run': { kind: 'text', help: 'for a ranking model: the run it ranks for (the newest)' },
      'feature-leaks': { kind: 'text', help: 'attributes that seem to know the held-out part: refuse (default) or warn' },
    },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const { model, set, k, seed, retrievalRun, minValue, eventTypes, dataset, featureLeaks } = flags as {
        model: string;
        set?: Record<string, string>;
        k?: number[];
        seed?: number;
        retrievalRun?: string;
        minValue?: number;
        eventTypes?: string;
        dataset?: string;
        featureLeaks?: 'refuse' | 'warn';
      };
      const split = splitOf(flags);
      const run = await session.work<Run>('run.train', {
        model,
        params: set ?? {},
        ...(split ? { split } : {}),
        selection: {
          ...(minValue !== undefined ? { minValue } : {}),
          ...(eventTypes ? { eventTypes: eventTypes.split(',') } : {}),
          ...(dataset ? { dataset } : {}),
        },
        ...(k ? { ks: k } : {}),
        ...(seed !== undefined ? { seed } : {}),
        ...(retrievalRun ? { retrievalRun } : {}),
        ...(featureLeaks ? { featureLeaks } : {}),
      });
      return { json: runJson(run), text: runText(run) };
    },
  },
  {
    name: 'runs',
    usage: 'W',
    summary: 'Runs of a workspace, newest first',
    positionals: [1, 1],
    flags: {},
    async run({ session, positionals }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const runs = await session.call('run.list', {});
      const rows = runs.map((run) => {
        const [name, value] = Object.entries(run.metrics).find(([key]) => key.startsWith('ndcg')) ?? ['', Number.NaN];
        const size = run.modelBytes === undefined ? '–' : formatBytes(run.modelBytes);
        const latency = run.latencyMs === undefined ? '–' : `${run.latencyMs.toFixed(2)} ms`;
        return [run.id, run.label, run.split.kind, `${name} ${value.toFixed(4)}`, formatDuration(run.seconds), size, latency];
      });
      return {
        json: { runs: runs.map(runJson) },
        text: formatTable([['run', 'model', 'split', 'metric', 'time', 'size', 'one list'], ...rows]),
      };
    },
  },
  {
    name: 'compare',
    usage: 'W RUN RUN',
    summary: 'Two runs on the same test set: differences with intervals and p values, and who won or lost most',
    positionals: [3, 3],
    flags: {
      limit: { kind: 'integer', help: 'how many users to name on either side (5)' },
      seed: { kind: 'integer', help: 'of the resampling (42)' },
    },
    async run({ session, positionals, flags }) {
      const [workspace, first, second] = positionals as [string, string, string];
      const { limit, seed } = flags as { limit?: number; seed?: number };
      await session.call('workspace.open', { path: workspace });
      const result = await session.call('run.compare', {
        ...{ first, second },
        ...(limit !== undefined ? { limit } : {}),
        ...(seed !== undefined ? { seed } : {}),
      });
      return { json: result, text: comparisonText(result) };
    },
  },
  {
    name: 'recommend',
    usage: 'W --run R --user ID',
    summary: 'Top k of a run for one user, for somebody unknown who has some items, or for all into a file; training items left out',
    positionals: [1, 1],
    flags: {
      run: { kind: 'text', help: 'the run', required: true },
      user: { kind: 'text', help: 'one user; whoever came after the training is known by what they have had since' },
      items: { kind: 'text', help: 'in place of a user: items that somebody unknown has, oldest first, with commas' },
      users: { kind: 'text', help: '"all", with --out' },
      k: { kind: 'integer', help: 'how many (20)' },
      out: { kind: 'text', help: 'CSV to write: user_id,item_id,rank,score' },
    },
    async run({ session, positionals, flags }) {
      const { run, user, users, items, k, out } = flags as {
        run: string;
        user?: string;
        users?: string;
        items?: string;
        k?: number;
        out?: string;
      };
      if ([user, users, items].filter((whom) => whom !== undefined).length !== 1)
        throw new EngineError(
          'invalid_input',
          'Name one user with --user ID, items of somebody unknown with --items ID,ID, or all with --users all.',
        );
      if (users !== undefined && users !== 'all')
        throw new EngineError('invalid_input', `--users is "all", not "${users}"; one user goes with --user.`);
      const had = items
        ?.split(',')
        .map((id) => id.trim())
        .filter((id) => id !== '');
      await session.call('workspace.open', { path: positionals[0] as string });
      const result = await session.work<{
        out?: string;
        users?: number;
        recommendations?: { itemId: string; score: number; rank: number }[];
      }>('run.recommend', {
        run,
        ...(user !== undefined ? { user } : {}),
        ...(had ? { items: had } : {}),
        ...(k !== undefined ? { k } : {}),
        ...(out ? { out } : {}),
      });
      const list = result.recommendations?.map(({ rank, itemId, score }) => [String(rank), itemId, score.toFixed(4)]) ?? [];
      return {
        json: result,
        text: result.out ? `Lists of ${result.users} users in ${result.out}` : formatTable([['rank', 'item', 'score'], ...list]),
      };
    },
  },
  {
    name: 'score',
    usage: '--train F --test F --recommendations F',
    summary: "The evaluator on anyone's lists",
    positionals: [0, 0],
    flags: {
      train: { kind: 'text', help: 'user and item columns of the training set', required: true },
      test: { kind: 'text', help: 'user and item columns of the test set', required: true },
      recommendations: { kind: 'text', help: 'user, item and rank columns', required: true },
      k: { kind: 'integers', help: 'list lengths (10,20)' },
      'min-value': { kind: 'number', help: 'least value of a training or test row that counts; rows without a value count' },
    },
    async run({ session, flags }) {
      const { train, test, recommendations, k, minValue } = flags as {
        train: string;
        test: string;
        recommendations: string;
        k?: number[];
        minValue?: number;
      };
      const result = await session.call('run.score', {
        ...{ train, test, recommendations },
        ...(k ? { ks: k } : {}),
        ...(minValue !== undefined ? { minValue } : {}),
      });
      const text = evaluationText([{ label: 'lists', metrics: result.metrics }], result);
      return { json: result, text: `${text}\n\n${scoreText(result)}` };
    },
  },
];
