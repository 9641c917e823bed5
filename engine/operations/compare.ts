import { EngineError } from '#contract/errors';
import type { ParsedInputOf } from '#contract/operations';
import type { ComparedMetric, Run, RunComparison, UserDifference } from '#contract/run';
import { comparePaired } from '../evaluation/paired-test.ts';
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
  const moved: UserDifference[] = Array.from(users, (row, i) => {
    const [a, b] = [first[i] as number, second[i] as number];
    return { userId: ids[row] as string, first: a, second: b, difference: b - a };
  });
  return {
    won: moved
      .filter(({ difference }) => difference > 0)
      .sort((a, b) => b.difference - a.difference)
      .slice(0, limit),
    lost: moved
      .filter(({ difference }) => difference < 0)
      .sort((a, b) => a.difference - b.difference)
      .slice(0, limit),
  };
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
  const metrics: ComparedMetric[] = [];
  for (const name of names) {
    const [own, other] = [a.values[name] as Float32Array, b.values[name] as Float32Array];
    metrics.push({ name, first: mean(own), second: mean(other), ...comparePaired(other, own, input.seed) });
    // A test of many users takes a while: others are answered between two of them.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { users: ids } = await readRunIds(workspace, second.id);
  const label = ({ id, label: model }: Run) => ({ id, label: model });
  return {
    first: label(first),
    second: label(second),
    users: b.users.length,
    metrics,
    by,
    ...mostMoved(a.values[by] as Float32Array, b.values[by] as Float32Array, b.users, ids, input.limit),
  };
}
