import type { experimentRoutes } from '#contract/api/experiment-routes';
import { askEngine, type HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

export function experimentHandlers(context: HandlerContext): HandlersOf<typeof experimentRoutes> {
  const { service } = context;
  return {
    experiments: () => ({ experiments: service.experiments.list() }),
    experiment: ({ params }) => service.experiments.find(params.id),
    async startExperiment({ body }) {
      const { path } = (await askEngine(context, { route: 'bundle', version: body.treatment })) as { path: string };
      return service.startExperiment(body, path);
    },
    stopExperiment: ({ params }) => service.experiments.stop(params.id),
  };
}
