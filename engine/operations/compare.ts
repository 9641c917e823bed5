import { EngineError } from '#contract/errors';
import type { ParsedInputOf } from '#contract/operations';
import type { ComparedMetric, Run, RunComparison, UserDifference } from '#contract/run';
import { comparePairedSteps } from '../evaluation/paired-test.ts';
import { finishBetweenOthers } from '../jobs/between-others.ts';
import { readRun, readRunIds, readUserValues, type UserValues } from './run-store.ts';

/** The same users in the same order, or why there are none. */
function assertSameTest(first: Run, second: Run): void {
  const name = (run: Run): string => `${run.id} (${run.label}, split ${run.split.kind}, ${run.counts.testUsers} test users)`;
  if (first.testFingerprint !== undefined && first.testFingerprint === second.testFingerprint) return;
  const why =
    first.split.kind !== second.split.kind
      ? 'they were split in different ways'
      : first.dataFingerprint !== second.dataFingerprint
        ? 'the data changed between them'
        : 'seed, share or selection differ';
  throw new EngineError(
    'conflict',
    `Runs ${name(first)} and ${name(second)} have different test sets: ${why}. Only runs on the same test set can be compared; train one of them again as the other was.`,
  );
}

const mean = (values: ArrayLike<number>): number => Float64Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Who gained or lost most by a metric; equal differences in the order of rows. */
function mostMoved(first: Float32Array, second: Float32Array, users: Int32Array, ids: string[], limit: number) {
  const differences = Float64Array.from(second, (value, at) => value - (first[at] as number));
  const most = (sign: 1 | -1): UserDifference[] =>
    Array.from(differences.keys())
      .filter((at) => sign * (differences[at] as number) > 0)
      .sort((a, b) => sign * ((differences[b] as number) - (differences[a] as number)) || a - b)
      .slice(0, limit)
      .map((at) => ({
        userId: ids[users[at] as number] as string,
        first: first[at] as number,
        second: second[at] as number,
        difference: differences[at] as number,
      }));
  return { won: most(1), lost: most(-1) };
}

const costsOf = ({ seconds, peakMemoryBytes, modelBytes, latencyMs }: Run): Record<string, number | undefined> => ({
  trainSeconds: seconds,
  peakMemoryBytes,
  modelBytes,
  latencyMs,
});

/** Costs and metrics beyond accuracy: single numbers of a run, of which no test can be made. */
function untestedOf(first: Run, second: Run, tested: readonly string[]): RunComparison['untested'] {
  const valuesOf = (run: Run) => ({ ...run.metrics, ...costsOf(run) });
  const [own, other] = [valuesOf(first), valuesOf(second)];
  return Object.keys({ ...own, ...other })
    .filter((name) => !tested.includes(name) && (own[name] !== undefined || other[name] !== undefined))
    .map((name) => ({ name, first: own[name] ?? null, second: other[name] ?? null }));
}

/** Two runs, user by user: how much the second is better, how sure that is, and for whom. */
export async function compareRuns(workspace: string, input: ParsedInputOf<'run.compare'>): Promise<RunComparison> {
  if (input.first === input.second) throw new EngineError('invalid_input', 'A run is what it is: name two different runs to compare.');
  const [first, second] = await Promise.all([readRun(workspace, input.first), readRun(workspace, input.second)]);
  const [a, b]: UserValues[] = await Promise.all([readUserValues(workspace, first.id), readUserValues(workspace, second.id)]);
  assertSameTest(first, second);
  if (!a || !b) throw new Error('two runs have two tables of values');
  const names = Object.keys(first.metrics).filter((name) => a.values[name] && b.values[name]);
  const by = names.find((name) => name.startsWith('ndcg@'));
  if (by === undefined) {
    throw new EngineError(
      'conflict',
      `Runs ${first.id} and ${second.id} were measured at different list lengths. Train one again with the same --k.`,
    );
  }
  const pairs = names.map((name) => ({ first: b.values[name] as Float32Array, second: a.values[name] as Float32Array }));
  // Tests of many users take a while: others are answered meanwhile.
  const compared = await finishBetweenOthers(comparePairedSteps(pairs, input.seed));
  const metrics = names.map((name, at): ComparedMetric => {
    const pair = pairs[at] as (typeof pairs)[number];
    return { name, first: mean(pair.second), second: mean(pair.first), ...(compared[at] as (typeof compared)[number]) };
  });
  const { users: ids } = await readRunIds(workspace, second.id);
  const label = ({ id, label: model }: Run) => ({ id, label: model });
  return {
    first: label(first),
    second: label(second),
    users: b.users.length,
    metrics,
    untested: untestedOf(first, second, names),
    by,
    ...mostMoved(a.values[by] as Float32Array, b.values[by] as Float32Array, b.users, ids, input.limit),
  };
}
