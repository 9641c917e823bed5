import type { RecommendedItem } from '#contract/api/recommend-routes';
import { EngineError } from '#contract/errors';
import { type CachedList, type CacheFigures, createListCache } from './list-cache.ts';
import type { ListRequest, RecommendedList, Recommender } from './recommender.ts';

/** What makes one list differ from another, for the same user in the same state. */
export type ListOptions = Omit<ListRequest, 'events' | 'nowMs' | 'deadline' | 'stale' | 'stages'>;

/** How a list is wanted. */
export interface ListCall extends Pick<ListRequest, 'events' | 'deadline' | 'stages'> {
  /** Not one that was made before. */
  fresh: boolean;
}

export interface MadeList extends CachedList {
  cached: boolean;
}

/** Lists of the served bundle, made or found again. */
export interface Lists {
  make(recommender: Recommender, options: ListOptions, call: ListCall): MadeList;
  /** Makes the lists of many users ahead, in the background; they are found until they expire, and made again for another bundle. Resolves when all are made, at once where others are being made
   * already. Throws `conflict` where too many batches are kept.
   */
  precompute(userIds: readonly string[], k: number, expiresSeconds: number): Promise<void>;
  /** Another bundle is served: nothing of the old one is found. */
  changed(): void;
  /** Nothing that was made of a user is found, nor made ahead. */
  forget(userId: string): void;
  figures(): CacheFigures & { precomputing: number };
  close(): void;
}

/**
 * A list is found again for so long. An event of its user ends it at once; what others do meanwhile, and the hour of the day, show in it only
 * after that.
 */
export const cachedMs = 30_000;
const sweepMs = 10_000;
/** Each is made again for another bundle. */
const mostBatches = 32;
/** Precomputing works for so long, then leaves the process to others for as long. */
const stretchMs = 4;
/** Up to here a longer list begins with the shorter one: so many candidates are ranked. */
const prefixLimit = 200;

/** Lists of a session are not asked for twice. */
const mayBeFound = ({ items, attributes, candidates }: ListOptions): boolean => !items && !attributes && !candidates;

/** Of requests that name nothing but a user and k, longer lists answer for shorter ones. */
function keyOf({ userId, k, filter, exclude, seen, diversity, explain }: ListOptions): { key: string; prefix: boolean } {
  const plain = filter === undefined && !exclude && seen === undefined && !diversity && !explain;
  if (plain) return { key: k <= prefixLimit ? `u${userId}` : `k${k}u${userId}`, prefix: k <= prefixLimit };
  return { key: JSON.stringify([userId, k, filter, exclude, seen, diversity, explain]), prefix: false };
}

/** Lists made ahead are kept beside those of requests, which come and go sooner. */
const aheadKey = (key: string): string => `ahead ${key}`;

interface Batch {
  userIds: readonly string[];
  k: number;
  endsMs: number;
  /** So many of them, the first ones. */
  made: number;
}

export interface ListsParts {
  current(): Recommender;
  eventsOf(userId: string): ListRequest['events'];
  now?: () => number;
}

export function createLists({ current, eventsOf, now = Date.now }: ListsParts): Lists {
  const cache = createListCache();
  const batches = new Set<Batch>();
  let round = 0;
  let closed = false;
  const sweeping = setInterval(() => {
    cache.sweep(now());
    for (const batch of batches) if (batch.endsMs <= now()) batches.delete(batch);
  }, sweepMs);
  sweeping.unref();

  const cut = (cached: CachedList, k: number, prefix: boolean): CachedList | null => {
    const { items } = cached.list;
    if (!prefix || items.length === k) return cached;
    // Fewer than asked for were left when it was made: nobody knows whether they were all.
    if (items.length < k) return null;
    const shorter = items.slice(0, k);
    return { list: { ...cached.list, items: shorter }, itemsText: JSON.stringify(shorter) };
  };

  const staleItems = (key: string): readonly RecommendedItem[] | null =>
    (cache.stale(key) ?? cache.stale(aheadKey(key)))?.list.items ?? null;

  const makeNow = (recommender: Recommender, options: ListOptions, call: ListCall, key: string | null): CachedList => {
    const { events, deadline, stages } = call;
    const list: RecommendedList = recommender.recommend({
      ...options,
      events,
      deadline,
      stages,
      nowMs: now(),
      stale: key === null ? undefined : () => staleItems(key),
    });
    return { list, itemsText: JSON.stringify(list.items) };
  };

  /** Makes the lists of a batch; ends early where another bundle is served meanwhile. */
  const runBatch = async (batch: Batch, ofRound: number): Promise<void> => {
    let since = performance.now();
    for (; batch.made < batch.userIds.length; batch.made++) {
      if (closed || ofRound !== round || batch.endsMs <= now()) return;
      const userId = batch.userIds[batch.made] as string;
      const events = eventsOf(userId);
      const { version } = events;
      const options = { userId, k: batch.k };
      const made = makeNow(current(), options, { events, fresh: true, deadline: { atMs: Number.POSITIVE_INFINITY } }, null);
      cache.keep(aheadKey(keyOf(options).key), version, made, batch.endsMs, true);
      const elapsed = performance.now() - since;
      if (elapsed < stretchMs) continue;
      await new Promise((resolve) => setTimeout(resolve, elapsed));
      since = performance.now();
    }
  };

  let working = false;
  /** One batch after the other, so that many take no more time than one. */
  const work = async (): Promise<void> => {
    if (working) return;
    working = true;
    try {
      for (;;) {
        const next = [...batches].find(({ made, userIds, endsMs }) => made < userIds.length && endsMs > now());
        if (!next || closed) return;
        await runBatch(next, round);
      }
    } finally {
      working = false;
    }
  };

  const changed = (): void => {
    cache.clear();
    round += 1;
    for (const batch of batches) batch.made = 0;
    void work();
  };

  const find = ({ key, prefix }: ReturnType<typeof keyOf>, k: number, version: number): CachedList | null => {
    const made = cache.find(key, version, now());
    const found = made && cut(made, k, prefix);
    if (found || !prefix) return found;
    const ahead = cache.find(aheadKey(key), version, now());
    return ahead && cut(ahead, k, prefix);
  };

  return {
    make(recommender, options, call) {
      const named = keyOf(options);
      const { key } = named;
      // Lists of the served bundle only: a batch that was begun before it changed goes on with the one before.
      const findable = mayBeFound(options) && recommender === current();
      const { version } = call.events;
      if (findable && !call.fresh) {
        const cached = find(named, options.k, version);
        cache.count(cached !== null);
        if (cached) return { ...cached, cached: true };
      }
      const made = makeNow(recommender, options, call, findable ? key : null);
      if (findable && !made.list.degraded) cache.keep(key, version, made, now() + cachedMs);
      return { ...made, cached: false };
    },
    precompute(userIds, k, expiresSeconds) {
      if (batches.size >= mostBatches) {
        throw new EngineError(
          'conflict',
          `${mostBatches} batches of lists are kept already. Wait until one of them expires, or name more users in one.`,
        );
      }
      batches.add({ userIds, k, endsMs: now() + 1000 * expiresSeconds, made: 0 });
      return work();
    },
    changed,
    forget(userId) {
      for (const batch of batches) batch.userIds = batch.userIds.filter((id) => id !== userId);
      changed();
    },
    figures: () => ({
      ...cache.figures(),
      precomputing: [...batches].reduce((sum, { userIds, made }) => sum + userIds.length - made, 0),
    }),
    close() {
      closed = true;
      clearInterval(sweeping);
    },
  };
}
