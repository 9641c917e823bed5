import os from 'node:os';
import type { FromTrainer, ToTrainer } from '#contract/child-messages';
import { EngineError, reportOf } from '#contract/errors';
import type { WorkContext } from './jobs/work-context.ts';
import { runTask } from './training/run-task.ts';
import type { OutcomeOf, TrainerTask } from './training/tasks.ts';
import { openParentChannel } from './transport/parent-channel.ts';

/** One task, then this process ends. It trains in the background: whoever answers requests comes first. */
async function main(): Promise<void> {
  try {
    os.setPriority(os.constants.priority.PRIORITY_LOW);
  } catch {
    // Not allowed everywhere, and nothing depends on it.
  }
  const channel = await openParentChannel();
  const post = (message: FromTrainer<OutcomeOf<TrainerTask>>): void => channel.post(message);
  const stop = new AbortController();
  channel.onClose(() => process.exit(0));
  channel.onMessage((raw) => {
    const message = raw as ToTrainer<TrainerTask>;
    if (message.type === 'cancel') stop.abort();
    else
      void work(message.task, createContext(post, stop.signal), post).then(async (code) => {
        await channel.flush();
        process.exit(code);
      });
  });
  post({ type: 'ready' });
}

/** How often a training reports and hears messages. */
const reportEveryMs = 100;

function createContext(post: (message: FromTrainer<OutcomeOf<TrainerTask>>) => void, signal: AbortSignal): WorkContext {
  let reportedAt = 0;
  let phase = '';
  return {
    signal,
    async checkpoint(progress) {
      if (performance.now() - reportedAt < reportEveryMs && progress.phase === phase) return;
      post({ type: 'progress', progress });
      phase = progress.phase;
      await new Promise((resolve) => setImmediate(resolve));
      reportedAt = performance.now();
      if (signal.aborted) throw new EngineError('cancelled', 'Stopped on request.');
    },
    curve: (of, step, metrics) => post({ type: 'curve', phase: of, step, metrics }),
    log: (text) => post({ type: 'log', text }),
  };
}

async function work(
  task: TrainerTask,
  context: WorkContext,
  post: (message: FromTrainer<OutcomeOf<TrainerTask>>) => void,
): Promise<number> {
  try {
    post({ type: 'done', outcome: await runTask(task, context) });
    return 0;
  } catch (error) {
    if (!(error instanceof EngineError)) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    post({ type: 'failed', error: reportOf(error) });
    return 1;
  }
}

void main();
