import type { WorkContext } from '../jobs/work-context.ts';
import { runEmbedTask } from './embed-task.ts';
import { runFitTask } from './fit-task.ts';
import { runProbeTask } from './probe-task.ts';
import { runRankTask } from './rank-task.ts';
import { runRecommendTask } from './recommend-task.ts';
import type { OutcomeOf, TrainerTask } from './tasks.ts';

/** Does one trainer task, whichever it is. Throws `cancelled` within a batch of being asked to stop. */
export async function runTask<T extends TrainerTask>(task: T, context: WorkContext): Promise<OutcomeOf<T>> {
  const done: Promise<OutcomeOf<TrainerTask>> = (() => {
    switch (task.kind) {
      case 'probe':
        return runProbeTask();
      case 'fit':
        return runFitTask(task, context);
      case 'recommend':
        return runRecommendTask(task, context);
      case 'embed':
        return runEmbedTask(task, context);
      case 'rank':
        return runRankTask(task, context);
    }
  })();
  return (await done) as OutcomeOf<T>;
}
