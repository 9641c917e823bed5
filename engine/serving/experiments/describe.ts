import type { Arm, ArmFigures, Experiment } from '#contract/api/experiment-routes';
import { differenceInterval, type Interval, type Proportion, wilsonInterval } from '../../math/proportions.ts';
import type { Counts, Outcomes } from './outcomes.ts';

const rate = (value: number, interval: Interval | null) => (interval ? { value, ...interval } : { value: null, low: null, high: null });

const shareOf = (proportion: Proportion) => rate(proportion.successes / proportion.trials, wilsonInterval(proportion));

/** Users who had a success, among those who were shown a list. */
export const usersOf = ({ successfulUsers, users }: Readonly<Counts>): Proportion => ({ successes: successfulUsers, trials: users });

function armFigures(version: string, counts: Readonly<Counts>): ArmFigures {
  const { users, successfulUsers, lists, successfulLists, successes } = counts;
  return {
    model_version: version,
    users,
    successful_users: successfulUsers,
    user_success_rate: shareOf(usersOf(counts)),
    lists,
    successful_lists: successfulLists,
    list_success_rate: shareOf({ successes: successfulLists, trials: lists }),
    successes,
    successes_per_list: lists > 0 ? successes / lists : null,
  };
}

/** What was counted, as it is told. */
export function experimentFigures(versions: Record<Arm, string>, outcomes: Outcomes): Pick<Experiment, 'arms' | 'difference'> {
  const arms = {
    control: armFigures(versions.control, outcomes.counts('control')),
    treatment: armFigures(versions.treatment, outcomes.counts('treatment')),
  };
  const { control, treatment } = arms;
  const interval = differenceInterval(usersOf(outcomes.counts('control')), usersOf(outcomes.counts('treatment')));
  return { arms, difference: rate((treatment.user_success_rate.value ?? 0) - (control.user_success_rate.value ?? 0), interval) };
}
