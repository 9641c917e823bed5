import type { HandlersOf } from '#contract/operations';
import type { EngineContext } from './engine-context.ts';

export function jobHandlers({ jobs }: EngineContext): HandlersOf<'job'> {
  return {
    'job.list': async () => jobs.list(),
    'job.get': async ({ id }) => jobs.get(id),
    'job.cancel': async ({ id }) => jobs.cancel(id),
    'job.log': async ({ id }) => jobs.log(id),
  };
}
