import type { z } from 'zod';
import type { FeedSource, RecommendedItem, recommendRoutes, Source } from '#contract/api/recommend-routes';
import { EngineError } from '#contract/errors';
import type { Answering } from '../experiments/experiments.ts';
import type { ListOptions, MadeList } from '../lists.ts';
import { eventsOf } from '../user-events.ts';
import type { HandlerContext } from './context.ts';
import { type AnswerFacts, type Caller, type HandlersOf, JsonParts, JsonText } from './handler.ts';
import { listOptions } from './list-input.ts';

const defaultDeadlineMs = 300;
/** A feed is a list of this length, page by page. */
const feedLength = 500;
/** Of one batch, users times k: to say why takes longer and more room. */
const mostItems = 100_000;
const mostExplained = 10_000;

const feedSources: Record<Source, z.infer<typeof FeedSource>> = {
  ranker: 'ml_recommendations',
  retrieval: 'ml_recommendations',
  cached: 'cache',
  popularity: 'popularity_fallback',
  random: 'random_fallback',
};

/** The answer as JSON, of parts that are JSON already: a list that was found again is not written anew. */
function answerText(requestId: string, userId: string, answering: Answering, { list, itemsText, cached }: MadeList): string {
  const { manifest } = answering.recommender;
  // Made of an id of our own and a fixed word: no character of it needs escaping.
  const experiment = answering.assignment ? `"${answering.assignment.label}"` : 'null';
  const { source, basis, degraded } = list;
  const head = `{"request_id":${JSON.stringify(requestId)},"user_id":${JSON.stringify(userId)},"source":"${source}","basis":"${basis}"`;
  const model = `"cached":${cached},"model":${JSON.stringify(manifest.model)},"model_version":${JSON.stringify(manifest.version)}`;
  return `${head}${degraded ? `,"degraded":"${degraded}"` : ''},${model},"experiment":${experiment},"items":${itemsText}}`;
}

type TextOf = (userId: string) => string;

function* linesOf(firstText: string, rest: string[], textOf: TextOf): Generator<string> {
  yield `${firstText}\n`;
  for (const userId of rest) yield `${textOf(userId)}\n`;
}

function* batchParts(head: string, firstText: string, rest: string[], textOf: TextOf): Generator<string> {
  yield `${head},"lists":[${firstText}`;
  for (const userId of rest) yield `,${textOf(userId)}`;
  yield ']}';
}

/** Throws `invalid_input` for a batch that one answer does not hold. */
function assertFits(users: number, k: number, explain: boolean | undefined): void {
  const most = explain ? mostExplained : mostItems;
  if (users * k <= most) return;
  const words = `${users} user_ids with k ${k}${explain ? ' and explain' : ''} are ${users * k} items; one answer has ${most} at most.`;
  throw new EngineError('invalid_input', `${words} Ask for fewer users at a time, or for a smaller k.`, { field: 'user_ids' });
}

export function recommendHandlers({ service }: HandlerContext): HandlersOf<typeof recommendRoutes> {
  const make = (answering: Answering, options: ListOptions, call: Pick<Caller, 'fresh' | 'stages'>, atMs: number): MadeList => {
    const events = eventsOf(service.events.memory, options.userId);
    const { recommender, lists } = answering;
    const made = lists.make(recommender, options, { events, fresh: call.fresh, stages: call.stages, deadline: { atMs } });
    service.metrics.countList(made.list.source);
    return made;
  };

  const answeringFor = (userId: string, whole = service.whole()): Answering => service.experiments.answering(userId) ?? whole;

  /** What a user is shown, for the experiment that chose who made it. */
  const expose = ({ assignment }: Pick<Answering, 'assignment'>, userId: string, items: RecommendedItem[]): void => {
    if (assignment) service.experiments.expose(assignment, userId, items);
  };

  const tell = (facts: AnswerFacts, { list, cached }: MadeList): void => {
    facts.source = cached ? 'cache' : list.source;
    facts.degraded = list.degraded;
  };

  const recommend = (options: ListOptions, deadlineMs: number | undefined, caller: Caller, facts: AnswerFacts): JsonText => {
    const answering = answeringFor(options.userId);
    const made = make(answering, options, caller, caller.arrivedMs + (deadlineMs ?? defaultDeadlineMs));
    tell(facts, made);
    expose(answering, options.userId, made.list.items);
    return new JsonText(answerText(caller.requestId, options.userId, answering, made));
  };

  return {
    recommend: ({ params, query, caller, facts }) => recommend(listOptions(params.user_id, query), query.deadline_ms, caller, facts),
    recommendByQuery: ({ query, caller, facts }) => recommend(listOptions(query.user_id, query), query.deadline_ms, caller, facts),
    recommendBatch({ body, caller }) {
      assertFits(body.user_ids.length, body.k, body.explain);
      // One version answers for all of them, whatever is served before the last is made; an experiment's treatment answers for its own users.
      const whole = service.whole();
      const { user_ids: userIds, deadline_ms: deadlineMs = defaultDeadlineMs, ...words } = body;
      const { version } = whole.recommender.manifest;
      const head = `{"request_id":${JSON.stringify(caller.requestId)},"model_version":${JSON.stringify(version)}`;
      const textOf = (userId: string): string => {
        const answering = answeringFor(userId, whole);
        const made = make(answering, listOptions(userId, words), caller, performance.now() + deadlineMs);
        expose(answering, userId, made.list.items);
        return answerText(caller.requestId, userId, answering, made);
      };
      // What a filter is refused for must be told before anything is sent.
      const [first, ...rest] = userIds as [string, ...string[]];
      const firstText = textOf(first);
      return new JsonParts(
        caller.wantsLines ? linesOf(firstText, rest, textOf) : batchParts(head, firstText, rest, textOf),
        caller.wantsLines,
      );
    },
    similar({ params, query, caller }) {
      const recommender = service.current();
      const items = recommender.similar(params.item_id, query.k, { filter: query.filter, exclude: query.exclude });
      if (!items) {
        throw new EngineError('not_found', `The served bundle knows no item ${JSON.stringify(params.item_id)}. Train again if it is new.`);
      }
      return { request_id: caller.requestId, item_id: params.item_id, model_version: recommender.manifest.version, items };
    },
    suggest({ body, caller, facts }) {
      const { user_id: userId, candidates, deadline_ms: deadlineMs = defaultDeadlineMs, ...words } = body;
      const options = { ...listOptions(userId, words), ...(candidates ? { candidates } : {}) };
      const answering = answeringFor(userId);
      const { recommender } = answering;
      const made = make(answering, options, caller, caller.arrivedMs + deadlineMs);
      tell(facts, made);
      expose(answering, userId, made.list.items);
      const { items, ...list } = made.list;
      return {
        request_id: caller.requestId,
        user_id: userId,
        ...list,
        cached: made.cached,
        model: recommender.manifest.model,
        model_version: recommender.manifest.version,
        experiment: answering.assignment?.label ?? null,
        propositions: items,
        unknown: (candidates ?? []).filter((id) => !recommender.knows(id)),
      };
    },
    feed({ query, caller, facts }) {
      const { user_id: userId, limit, cursor, filter, exclude } = query;
      const page = service.feeds.page({ userId, filter, exclude: exclude ?? [], cursor, limit }, Date.now(), () => {
        const answering = answeringFor(userId);
        const options = listOptions(userId, { k: feedLength, filter, exclude });
        const made = make(answering, options, caller, caller.arrivedMs + defaultDeadlineMs);
        const { recommender, assignment } = answering;
        return { ...made.list, cached: made.cached, modelVersion: recommender.manifest.version, assignment };
      });
      expose(page, userId, page.items);
      facts.source = page.cached ? 'cache' : page.list.source;
      facts.degraded = page.list.degraded;
      return {
        items: page.items,
        next_cursor: page.nextCursor,
        metadata: {
          source: page.cached ? ('cache' as const) : feedSources[page.list.source],
          user_id: userId,
          request_id: caller.requestId,
          model_version: page.modelVersion,
          experiment: page.assignment?.label ?? null,
          ...(page.list.degraded ? { degraded: page.list.degraded } : {}),
          ...(page.restarted ? { restarted: true } : {}),
        },
      };
    },
  };
}
