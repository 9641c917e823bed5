import type { FromTrainer, ToTrainer } from '#contract/child-messages';
import { EngineError, errorFrom } from '#contract/errors';
import type { ProcessHost } from '../jobs/process-host.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import type { OutcomeOf, TrainerTask } from '../training/tasks.ts';

/** A trainer that was asked to stop gets this long before it is killed. */
const cancelGraceMs = 500;

/**
 * Runs one task in a trainer process of its own and relays what it reports.
 * Throws what the trainer threw, `cancelled` when the job was stopped, `process_died` when it ended without an answer.
 */
export function runTrainerTask<T extends TrainerTask>(host: ProcessHost, task: T, context: WorkContext): Promise<OutcomeOf<T>> {
  return new Promise((resolve, reject) => {
    const child = host.start('trainer');
    let settled = false;
    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      context.signal.removeEventListener('abort', stop);
      finish();
    };
    const post = (message: ToTrainer<TrainerTask>): void => child.post(message);
    const stop = (): void => {
      post({ type: 'cancel' });
      setTimeout(() => {
        child.kill();
        settle(() => reject(new EngineError('cancelled', 'Stopped on request.')));
      }, cancelGraceMs).unref();
    };
    child.onMessage((raw) => {
      const message = raw as FromTrainer<OutcomeOf<T>>;
      if (message.type === 'ready') post({ type: 'task', task });
      // A cancelled job must not turn the relay's own `cancelled` into an unhandled rejection: the abort handler answers for it.
      else if (message.type === 'progress') void context.checkpoint(message.progress).catch(() => undefined);
      else if (message.type === 'curve') context.curve(message.phase, message.step, message.metrics);
      else if (message.type === 'log') context.log(message.text);
      else if (message.type === 'done') settle(() => resolve(message.outcome));
      else settle(() => reject(errorFrom(message.error)));
    });
    child.onExit(({ code, signal }) => {
      settle(() => {
        const how = signal ? `was ended by ${signal}` : `ended with code ${code ?? 'unknown'}`;
        reject(
          context.signal.aborted
            ? new EngineError('cancelled', 'Stopped on request.')
            : new EngineError(
                'process_died',
                `The training process ${how} before it was done. Nothing else was harmed. If the machine ran out of memory, choose fewer dimensions or a smaller batch, then train again.`,
                { code, signal },
              ),
        );
      });
    });
    if (context.signal.aborted) stop();
    else context.signal.addEventListener('abort', stop, { once: true });
  });
}
