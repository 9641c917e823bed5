import type { recommendRoutes } from '#contract/api/recommend-routes';
import { EngineError } from '#contract/errors';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

export function recommendHandlers({ service }: HandlerContext): HandlersOf<typeof recommendRoutes> {
  const recommend = (userId: string, k: number, requestId: string) => {
    const recommender = service.current();
    const { model, version: modelVersion } = recommender.manifest;
    const { source, items } = recommender.recommend(userId, k, service.events.memory.itemsOf(userId), Date.now());
    service.metrics.countList(source);
    return {
      request_id: requestId,
      user_id: userId,
      source,
      basis: 'user' as const,
      cached: false,
      model,
      model_version: modelVersion,
      experiment: null,
      items,
    };
  };
  const later = (): never => {
    throw new EngineError('unsupported', 'Not built yet.');
  };
  return {
    recommend: ({ params, query, caller }) => recommend(params.user_id, query.k, caller.requestId),
    recommendByQuery: ({ query, caller }) => recommend(query.user_id, query.k, caller.requestId),
    recommendBatch: later,
    suggest: later,
    feed: later,
    similar({ params, query, caller }) {
      const recommender = service.current();
      const items = recommender.similar(params.item_id, query.k);
      if (!items) {
        throw new EngineError('not_found', `The served bundle knows no item ${JSON.stringify(params.item_id)}. Train again if it is new.`);
      }
      return { request_id: caller.requestId, item_id: params.item_id, model_version: recommender.manifest.version, items };
    },
  };
}
