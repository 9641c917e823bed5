import type { adminRoutes } from '#contract/api/admin-routes';
import { EngineError } from '#contract/errors';
import { askEngine, type HandlerContext } from './context.ts';
import type { AnswerOf, HandlersOf } from './handler.ts';
import { securityHandlers } from './security-handlers.ts';

type Rows = typeof adminRoutes;

export function adminHandlers(context: HandlerContext): HandlersOf<Rows> {
  const later = (): never => {
    throw new EngineError('unsupported', 'Not built yet.');
  };
  return {
    // What the engine answers is made by the same table on its side.
    train: ({ body }) => askEngine(context, { route: 'train', body }) as Promise<AnswerOf<Rows['train']>>,
    reindex: ({ body }) => askEngine(context, { route: 'reindex', body }) as Promise<AnswerOf<Rows['reindex']>>,
    job: ({ params }) => askEngine(context, { route: 'job', id: params.id }) as Promise<AnswerOf<Rows['job']>>,
    uploadItems: later,
    uploadInteractions: later,
    models: later,
    activateModel: later,
    precompute: later,
    cache: later,
    ...securityHandlers(context),
  };
}
