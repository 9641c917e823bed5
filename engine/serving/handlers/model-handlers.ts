import type { adminRoutes } from '#contract/api/admin-routes';
import { askEngine, type HandlerContext } from './context.ts';
import type { AnswerOf, HandlersOf } from './handler.ts';

type Rows = Pick<typeof adminRoutes, 'models' | 'activateModel'>;

/** Versions of the served model: those of the workspace, or the one bundle of a server that has none. */
export function modelHandlers(context: HandlerContext): HandlersOf<Rows> {
  const { service, callEngine } = context;
  return {
    models() {
      if (callEngine) return callEngine({ route: 'models' }) as Promise<AnswerOf<Rows['models']>>;
      const { version, model, createdAt, metrics, rankerMetrics } = service.current().manifest;
      return { models: [{ version, model, created_at: createdAt, active: true, metrics: rankerMetrics ?? metrics }] };
    },
    activateModel: ({ params }) =>
      askEngine(context, { route: 'activate', version: params.version }) as Promise<AnswerOf<Rows['activateModel']>>,
  };
}
