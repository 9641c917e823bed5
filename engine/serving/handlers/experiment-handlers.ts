import type { Experiment, experimentRoutes } from '#contract/api/experiment-routes';
import { askEngine, type HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

export function experimentHandlers(context: HandlerContext): HandlersOf<typeof experimentRoutes> {
  const { service, hide } = context;
  const shown = (one: Experiment): Experiment => (one.problem === undefined ? one : { ...one, problem: hide(one.problem) });
  return {
    experiments: () => ({ experiments: service.experiments.list().map(shown) }),
    experiment: ({ params }) => shown(service.experiments.find(params.id)),
    async startExperiment({ body }) {
      const { path } = (await askEngine(context, { route: 'bundle', version: body.treatment })) as { path: string };
      return service.startExperiment(body, path);
    },
    stopExperiment: ({ params }) => service.experiments.stop(params.id),
  };
}
