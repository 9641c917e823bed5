import type { Arm } from '#contract/api/experiment-routes';
import { experimentFigures, usersOf } from './describe.ts';
import { readExperimentLog } from './experiment-log.ts';
import type { ExperimentStore, StoredExperiment } from './experiment-store.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { createSequentialTest, type SequentialTest } from './sequential-test.ts';

/** An experiment with what is counted of it. */
export interface CountedExperiment {
  stored: StoredExperiment;
  outcomes: Outcomes;
  test: SequentialTest;
}

export const versionsOf = ({ arms }: StoredExperiment): Record<Arm, string> => ({
  control: arms.control.model_version,
  treatment: arms.treatment.model_version,
});

/** An experiment with its newest figures. */
export const counted = ({ stored, outcomes, test }: CountedExperiment): StoredExperiment => ({
  ...stored,
  ...experimentFigures(versionsOf(stored), outcomes),
  p_value: test.pValue(),
});

/** Looks at the figures. Returns whether that changed the state. */
export function look(one: CountedExperiment): boolean {
  const { outcomes, test, stored } = one;
  const verdict = test.look(usersOf(outcomes.counts('control')), usersOf(outcomes.counts('treatment')));
  if (verdict === null || verdict === stored.state) return false;
  one.stored = { ...stored, state: verdict };
  return true;
}

/** Whether nobody may be answered by the treatment any more. */
export const mustEnd = ({ state, stop_on_harm: stopOnHarm }: StoredExperiment): boolean => state === 'harm' && stopOnHarm;
export const harmWords = 'The sequential test says that the treatment is worse.';

export const ended = (experiment: StoredExperiment, because: string): StoredExperiment => ({
  ...experiment,
  state: experiment.state === 'running' ? 'stopped' : experiment.state,
  active: false,
  ended_at: new Date().toISOString(),
  ended_because: because,
  salt: null,
});

/** The experiment as its log tells it. */
export async function recall(stored: StoredExperiment, store: ExperimentStore): Promise<CountedExperiment> {
  const one: CountedExperiment = { stored, outcomes: createOutcomes(), test: createSequentialTest() };
  for await (const entry of readExperimentLog(store.logFile(stored.id))) {
    if ('s' in entry) one.outcomes.succeed(entry.u, entry.s, entry.t);
    else one.outcomes.expose(entry.u, entry.a, entry.t, entry.i);
    look(one);
  }
  return one;
}
