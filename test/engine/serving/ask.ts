import type { LoggedEvent } from '#contract/api/event-routes';
import type { LoadedBundle } from '../../../engine/bundles/contents.ts';
import type { FoldIn } from '../../../engine/serving/fold-in.ts';
import type { ListRequest, RecommendedList, Recommender } from '../../../engine/serving/recommender.ts';
import type { UserEvents } from '../../../engine/serving/user-events.ts';

/** Views of items, one a second, the last of them at `nowMs`. */
export function viewsOf(itemIds: readonly string[], nowMs = 1_700_000_000_000, userId = 'u', type = 'view'): UserEvents {
  const events = itemIds.map(
    (itemId, at): LoggedEvent => ({
      event_id: `e${at}`,
      user_id: userId,
      item_id: itemId,
      event_type: type,
      value: null,
      timestampMs: nowMs - 1000 * (itemIds.length - 1 - at),
      session_id: null,
      context: null,
    }),
  );
  return { version: events.length, itemIds: () => itemIds, newest: (limit) => events.toReversed().slice(0, limit) };
}

/** A list for a user who has had these items since training, with no deadline. */
export function ask(
  recommender: Recommender,
  userId: string,
  k: number,
  received: readonly string[] = [],
  nowMs = 1_700_000_000_000,
  more: Partial<ListRequest> = {},
): RecommendedList {
  const events = viewsOf(received, nowMs, userId);
  return recommender.recommend({ userId, k, events, nowMs, deadline: { atMs: Number.POSITIVE_INFINITY }, ...more });
}

/** The mean of the items' vectors. */
export function meanFoldIn({ itemEmbeddings: { columns, data } }: Pick<LoadedBundle, 'itemEmbeddings'>): FoldIn {
  return {
    cosine: null,
    vectorOf: (rows) =>
      rows.length === 0
        ? null
        : Float32Array.from(
            { length: columns },
            (_, i) => rows.reduce((sum, row) => sum + (data[row * columns + i] as number), 0) / rows.length,
          ),
  };
}
