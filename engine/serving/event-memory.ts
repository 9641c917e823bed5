import type { LoggedEvent } from '#contract/api/event-routes';

/** The newest events that were received, as far as memory allows: for repeated ids, for what a user has seen since, for the ranker's counters. */
export interface EventMemory {
  has(eventId: string): boolean;
  remember(event: LoggedEvent): void;
  /** Items that a user had, by id. */
  itemsOf(userId: string): Iterable<string>;
  /** Oldest first. */
  all(): Iterable<LoggedEvent>;
  readonly size: number;
}

/** How many events are remembered; older ones are known to the workspace, which also drops an id that comes again. */
export const rememberedEvents = 200_000;

export function createEventMemory(limit = rememberedEvents): EventMemory {
  // A map keeps the order in which events came.
  const events = new Map<string, LoggedEvent>();
  const users = new Map<string, Map<string, number>>();

  const forget = (event: LoggedEvent): void => {
    events.delete(event.event_id);
    const items = users.get(event.user_id);
    const count = (items?.get(event.item_id) ?? 1) - 1;
    if (count > 0) items?.set(event.item_id, count);
    else items?.delete(event.item_id);
    if (items?.size === 0) users.delete(event.user_id);
  };

  return {
    has: (eventId) => events.has(eventId),
    remember(event) {
      if (events.has(event.event_id)) return;
      events.set(event.event_id, event);
      let items = users.get(event.user_id);
      if (!items) {
        items = new Map();
        users.set(event.user_id, items);
      }
      items.set(event.item_id, (items.get(event.item_id) ?? 0) + 1);
      if (events.size > limit) forget(events.values().next().value as LoggedEvent);
    },
    itemsOf: (userId) => users.get(userId)?.keys() ?? [],
    all: () => events.values(),
    get size() {
      return events.size;
    },
  };
}
