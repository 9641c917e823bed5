import type { LoggedEvent } from '#contract/api/event-routes';
import type { EventMemory } from './event-memory.ts';

/** What the server has received of one user. */
export interface UserEvents {
  /** Counts up with each of them. */
  readonly version: number;
  itemIds(): Iterable<string>;
  /** Newest first. */
  newest(limit: number): readonly LoggedEvent[];
}

export const noEvents: UserEvents = { version: 0, itemIds: () => [], newest: () => [] };

export const eventsOf = (memory: EventMemory, userId: string): UserEvents => ({
  version: memory.version(userId),
  itemIds: () => memory.itemsOf(userId),
  newest: (limit) => memory.recentOf(userId, limit),
});
