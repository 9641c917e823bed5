import { randomBytes } from 'node:crypto';
import type { RecommendedItem } from '#contract/api/recommend-routes';
import type { Assignment } from './experiments/experiments.ts';
import type { RecommendedList } from './recommender.ts';

/** A page of a feed. */
export interface FeedPage {
  list: Omit<RecommendedList, 'items'>;
  modelVersion: string;
  /** Of the list, since it was made. */
  assignment: Assignment | null;
  cached: boolean;
  items: RecommendedItem[];
  nextCursor: string | null;
  /** The cursor's list had expired, so that this page is of a new one. */
  restarted: boolean;
}

export interface FeedList extends RecommendedList {
  modelVersion: string;
  assignment: Assignment | null;
  cached: boolean;
}

/** Feeds under way: each is a list as it was when its first page was read, so that pages neither repeat nor skip, whatever is served meanwhile. */
export interface FeedLists {
  /** Ends the feeds of a user. */
  forget(userId: string): void;
  /** @param make the whole list, for a first page */
  page(
    ask: { userId: string; filter: string | undefined; exclude: readonly string[]; cursor: string | undefined; limit: number },
    nowMs: number,
    make: () => FeedList,
  ): FeedPage;
}

const keptLists = 5000;
const keptMs = 15 * 60_000;
const cursorForm = /^([\w-]{16})\.(\d{1,4})$/;

interface Kept {
  userId: string;
  filter: string | undefined;
  list: FeedList;
  usedMs: number;
}

export function createFeedLists(): FeedLists {
  const lists = new Map<string, Kept>();

  const find = (
    cursor: string | undefined,
    userId: string,
    filter: string | undefined,
    nowMs: number,
  ): { id: string; kept: Kept; offset: number } | null => {
    const [, id, offset] = cursorForm.exec(cursor ?? '') ?? [];
    const kept = id === undefined ? undefined : lists.get(id);
    if (id === undefined || !kept || kept.userId !== userId || kept.filter !== filter || nowMs - kept.usedMs > keptMs) return null;
    return { id, kept, offset: Number(offset) };
  };

  const start = (userId: string, filter: string | undefined, nowMs: number, list: FeedList): { id: string; kept: Kept; offset: number } => {
    // Whoever does not know a cursor cannot guess it.
    const id = randomBytes(12).toString('base64url');
    const kept = { userId, filter, list, usedMs: nowMs };
    if (lists.size >= keptLists) lists.delete(lists.keys().next().value as string);
    return { id, kept, offset: 0 };
  };

  return {
    forget(userId) {
      for (const [id, kept] of lists) if (kept.userId === userId) lists.delete(id);
    },
    page({ userId, filter, exclude, cursor, limit }, nowMs, make) {
      const known = find(cursor, userId, filter, nowMs);
      const { id, kept, offset } = known ?? start(userId, filter, nowMs, make());
      kept.usedMs = nowMs;
      const { items: all, modelVersion, assignment, cached, ...list } = kept.list;
      const out = new Set(exclude);
      const items: RecommendedItem[] = [];
      let end = offset;
      for (; end < all.length && items.length < limit; end++) {
        const item = all[end] as RecommendedItem;
        if (!out.has(item.item_id)) items.push(item);
      }
      const more = end < all.length;
      lists.delete(id);
      // A list that ends with its first page is not needed again.
      if (more || known) lists.set(id, kept);
      return {
        list,
        modelVersion,
        assignment,
        cached,
        items,
        nextCursor: more ? `${id}.${end}` : null,
        restarted: cursor !== undefined && !known,
      };
    },
  };
}
