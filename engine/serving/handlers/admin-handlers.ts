import type { adminRoutes } from '#contract/api/admin-routes';
import { cacheHandlers } from './cache-handlers.ts';
import { askEngine, type HandlerContext } from './context.ts';
import type { AnswerOf, HandlersOf } from './handler.ts';
import { modelHandlers } from './model-handlers.ts';
import { securityHandlers } from './security-handlers.ts';
import { uploadHandlers } from './upload-handlers.ts';

type Rows = typeof adminRoutes;

export function adminHandlers(context: HandlerContext): HandlersOf<Rows> {
  return {
    // What the engine answers is made by the same table on its side.
    train: ({ body }) => askEngine(context, { route: 'train', body }) as Promise<AnswerOf<Rows['train']>>,
    reindex: ({ body }) => askEngine(context, { route: 'reindex', body }) as Promise<AnswerOf<Rows['reindex']>>,
    job: ({ params }) => askEngine(context, { route: 'job', id: params.id }) as Promise<AnswerOf<Rows['job']>>,
    ...uploadHandlers(context),
    ...modelHandlers(context),
    ...cacheHandlers(context),
    ...securityHandlers(context),
  };
}
