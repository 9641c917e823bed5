import type { adminRoutes } from '#contract/api/admin-routes';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

export function cacheHandlers({ service }: HandlerContext): HandlersOf<Pick<typeof adminRoutes, 'precompute' | 'cache'>> {
  return {
    precompute({ body }) {
      const userIds = body.user_ids ?? service.current().userIds;
      // What fails here fails for single users later, too, and is told there.
      void service.lists.precompute(userIds, body.k, body.expires_seconds).catch(() => undefined);
      return { users: userIds.length, status: 'started' };
    },
    cache() {
      const { entries, precomputed, precomputing, hits, misses, expired } = service.lists.figures();
      const asked = hits + misses;
      return { entries, precomputed, precomputing, hits, misses, expired, hit_rate: asked > 0 ? hits / asked : null };
    },
  };
}
