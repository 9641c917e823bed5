import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { AdminCall } from '#contract/child-messages';
import { EngineError } from '#contract/errors';
import type { RecommendAnswer, Route, RouteName, routes } from '#contract/routes';
import type { Service } from './service.ts';

type Parsed<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends z.ZodType ? z.output<R[K]> : undefined;

/** What a door hands in, parsed by the row's schemas. */
export interface RouteInput<R extends Route> {
  params: Parsed<R, 'params'>;
  query: Parsed<R, 'query'>;
  body: Parsed<R, 'body'>;
  idempotencyKey?: string | undefined;
}

/** One function a row of the table; a forgotten one does not compile. */
export type RouteHandlers = {
  [N in RouteName]: (
    input: RouteInput<(typeof routes)[N]>,
  ) => Promise<z.input<(typeof routes)[N]['answer']>> | z.input<(typeof routes)[N]['answer']>;
};

type AnswerOf<N extends RouteName> = z.input<(typeof routes)[N]['answer']>;

export interface HandlerContext {
  service: Service;
  /** Of Recsmith. */
  version: string;
  /** Asks the engine; null where the server has none. */
  callEngine: ((call: AdminCall) => Promise<unknown>) | null;
}

export function createRouteHandlers({ service, version, callEngine }: HandlerContext): RouteHandlers {
  const recommend = (userId: string, k: number): RecommendAnswer => {
    const recommender = service.current();
    const { model, version: modelVersion } = recommender.manifest;
    const { source, items } = recommender.recommend(userId, k, service.events.memory.itemsOf(userId), Date.now());
    service.metrics.countList(source);
    return { request_id: randomUUID(), user_id: userId, source, model, model_version: modelVersion, items };
  };

  const askEngine = (call: AdminCall): Promise<unknown> => {
    if (callEngine) return callEngine(call);
    throw new EngineError(
      'unsupported',
      'This server serves a bundle alone and has no workspace to work in. Serve a workspace instead: recsmith serve WORKSPACE.',
    );
  };

  return {
    recommend: ({ params, query }) => recommend(params.user_id, query.k),
    recommendByQuery: ({ query }) => recommend(query.user_id, query.k),
    similar({ params, query }) {
      const recommender = service.current();
      const items = recommender.similar(params.item_id, query.k);
      if (!items) {
        throw new EngineError('not_found', `The served bundle knows no item ${JSON.stringify(params.item_id)}. Train again if it is new.`);
      }
      return { request_id: randomUUID(), item_id: params.item_id, model_version: recommender.manifest.version, items };
    },
    async events({ body, idempotencyKey }) {
      const answer = await service.events.receive(Array.isArray(body) ? body : [body], idempotencyKey);
      service.metrics.countEvents(answer.accepted, answer.duplicates);
      return answer;
    },
    health() {
      const { name, model, version: modelVersion, counts } = service.current().manifest;
      const problem = service.problem();
      return {
        status: problem ? 'degraded' : 'ok',
        version,
        bundle: name,
        model,
        model_version: modelVersion,
        users: counts.users,
        items: counts.items,
        uptime_seconds: Math.round(service.uptimeSeconds() * 10) / 10,
        ...(problem ? { problem } : {}),
      };
    },
    metrics: () => service.metrics.text(),
    // What the engine answers is made by the same table on its side.
    train: ({ body }) => askEngine({ route: 'train', body }) as Promise<AnswerOf<'train'>>,
    reindex: ({ body }) => askEngine({ route: 'reindex', body }) as Promise<AnswerOf<'reindex'>>,
    job: ({ params }) => askEngine({ route: 'job', id: params.id }) as Promise<AnswerOf<'job'>>,
  };
}
