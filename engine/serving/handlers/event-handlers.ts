import type { eventRoutes, LoggedEvent, ServedEvent } from '#contract/api/event-routes';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

const shown = ({ timestampMs, receivedMs: _, ...event }: LoggedEvent) => ({ ...event, timestamp: new Date(timestampMs).toISOString() });

export function eventHandlers({ service }: HandlerContext): HandlersOf<typeof eventRoutes> {
  const receive = async (body: ServedEvent | ServedEvent[], idempotencyKey: string | undefined) => {
    const events = Array.isArray(body) ? body : [body];
    const { answer, stored } = await service.events.receive(events, idempotencyKey);
    service.metrics.countEvents(stored, events.length - stored);
    return answer;
  };
  return {
    events: ({ body, caller }) => receive(body, caller.idempotencyKey),
    logEvent: ({ body, caller }) => receive(body, caller.idempotencyKey),
    track: ({ body, caller }) => receive('events' in body ? body.events : body, caller.idempotencyKey),
    recentEvents({ query: { user_id: userId, limit } }) {
      const { memory } = service.events;
      const events = userId === undefined ? memory.newest(limit) : memory.recentOf(userId, limit);
      return { events: events.map(shown) };
    },
  };
}
