import type { eventRoutes, ServedEvent } from '#contract/api/event-routes';
import { EngineError } from '#contract/errors';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

export function eventHandlers({ service }: HandlerContext): HandlersOf<typeof eventRoutes> {
  const receive = async (body: ServedEvent | ServedEvent[], idempotencyKey: string | undefined) => {
    const answer = await service.events.receive(Array.isArray(body) ? body : [body], idempotencyKey);
    service.metrics.countEvents(answer.accepted, answer.duplicates);
    return answer;
  };
  return {
    events: ({ body, caller }) => receive(body, caller.idempotencyKey),
    logEvent: ({ body, caller }) => receive(body, caller.idempotencyKey),
    track: ({ body, caller }) => receive('events' in body ? body.events : body, caller.idempotencyKey),
    recentEvents() {
      throw new EngineError('unsupported', 'Not built yet.');
    },
  };
}
