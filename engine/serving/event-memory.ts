import type { LoggedEvent } from '#contract/api/event-routes';

/** The newest events that were received, as far as memory allows: what a user has seen since training, and what a new bundle's counters are told. */
export interface EventMemory {
  /** An event that was stored, once. */
  remember(event: LoggedEvent): void;
  /** Forgets all events of a user. */
  forgetUser(userId: string): void;
  /** Items that a user had, by id. */
  itemsOf(userId: string): Iterable<string>;
  /** A user's events, newest first, at most `limit`. */
  recentOf(userId: string, limit?: number): LoggedEvent[];
  /** Counts up by one with each event of a user: as long as it stays the same, what is remembered of the user is the same or less. */
  version(userId: string): number;
  /** Everybody's events, newest first. */
  newest(limit: number): LoggedEvent[];
  /** Oldest first. What is remembered meanwhile is met before the end. */
  all(): Iterable<LoggedEvent>;
  readonly size: number;
}

export interface EventMemoryLimits {
  /** Older events are known to the workspace, which reads the log. */
  events?: number;
  /** Nobody crowds out the others. */
  eventsPerUser?: number;
  /** Characters of all contexts together, the one part of an event that may be large. */
  contextLength?: number;
}

/** How many events are remembered. */
export const rememberedEvents = 200_000;
const rememberedPerUser = 1000;
const rememberedContext = 32 * 1024 * 1024;

interface UserEvents {
  /** Numbers of the user's events, oldest first. */
  numbers: number[];
  items: Map<string, number>;
  version: number;
}

interface Kept {
  event: LoggedEvent;
  contextLength: number;
}

export function createEventMemory(limits: EventMemoryLimits = {}): EventMemory {
  const { events: limit = rememberedEvents, eventsPerUser = rememberedPerUser, contextLength: contextLimit = rememberedContext } = limits;
  /** By number, from `first` on; holes where a user had too many. */
  let kept: (Kept | undefined)[] = [];
  let first = 0;
  let size = 0;
  let contextLength = 0;
  const users = new Map<string, UserEvents>();
  // Above every version of a user who is forgotten: who comes again is not taken for who was there before.
  let forgottenVersion = 0;

  const forget = (number: number): void => {
    const entry = kept[number - first];
    if (!entry) return;
    kept[number - first] = undefined;
    size -= 1;
    contextLength -= entry.contextLength;
    const { user_id: userId, item_id: itemId } = entry.event;
    const user = users.get(userId) as UserEvents;
    // The oldest of all is the oldest of its user, too.
    user.numbers.shift();
    const count = (user.items.get(itemId) as number) - 1;
    if (count > 0) user.items.set(itemId, count);
    else user.items.delete(itemId);
    if (user.numbers.length > 0) return;
    users.delete(userId);
    forgottenVersion = Math.max(forgottenVersion, user.version + 1);
  };

  /** No event has a lower number; the places of those that had are given back now and then. */
  let oldest = 0;
  const forgetOldest = (): void => {
    forget(oldest);
    oldest += 1;
    if (oldest - first > limit) {
      kept = kept.slice(oldest - first);
      first = oldest;
    }
  };

  return {
    remember(event) {
      const entry = { event, contextLength: event.context === null ? 0 : JSON.stringify(event.context).length };
      const number = first + kept.push(entry) - 1;
      size += 1;
      contextLength += entry.contextLength;
      let user = users.get(event.user_id);
      if (!user) {
        user = { numbers: [], items: new Map(), version: forgottenVersion };
        users.set(event.user_id, user);
      }
      user.numbers.push(number);
      user.items.set(event.item_id, (user.items.get(event.item_id) ?? 0) + 1);
      user.version += 1;
      if (user.numbers.length > eventsPerUser) forget(user.numbers[0] as number);
      // Holes count, too: those of one busy user must not keep an array growing.
      while (size > limit || number - oldest > limit * 4 || (contextLength > contextLimit && size > 1)) forgetOldest();
    },
    forgetUser(userId) {
      for (const number of [...(users.get(userId)?.numbers ?? [])]) forget(number);
    },
    itemsOf: (userId) => users.get(userId)?.items.keys() ?? [],
    recentOf(userId, most = eventsPerUser) {
      const numbers = users.get(userId)?.numbers ?? [];
      const found: LoggedEvent[] = [];
      for (let i = numbers.length - 1; i >= 0 && found.length < most; i--) {
        found.push((kept[(numbers[i] as number) - first] as Kept).event);
      }
      return found;
    },
    version: (userId) => users.get(userId)?.version ?? forgottenVersion,
    newest(most) {
      const found: LoggedEvent[] = [];
      for (let i = kept.length - 1; i >= 0 && found.length < most; i--) {
        const entry = kept[i];
        if (entry) found.push(entry.event);
      }
      return found;
    },
    *all() {
      for (let number = oldest; number < first + kept.length; number = Math.max(number + 1, oldest)) {
        const entry = kept[number - first];
        if (entry) yield entry.event;
      }
    },
    get size() {
      return size;
    },
  };
}
