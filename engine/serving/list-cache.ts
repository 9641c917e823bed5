import type { RecommendedList } from './recommender.ts';

/** A list that was made, with its items as JSON. */
export interface CachedList {
  list: RecommendedList;
  itemsText: string;
}

interface Entry extends CachedList {
  /** Of the user's events when the list was made. */
  version: number;
  expiresMs: number;
  precomputed: boolean;
  bytes: number;
}

export interface CacheFigures {
  entries: number;
  precomputed: number;
  hits: number;
  misses: number;
  /** Removed since their time was over. */
  expired: number;
}

/**
 * Lists by user and parameters, of one bundle. A list is found again while nothing more was received of its user and its time is not over; then it may still stand in
 * where making one fails. The longest unused go where memory is short.
 */
export interface ListCache {
  find(key: string, version: number, nowMs: number): CachedList | null;
  /** Whether what was found served. */
  count(found: boolean): void;
  /** Whatever its age. */
  stale(key: string): CachedList | null;
  keep(key: string, version: number, cached: CachedList, expiresMs: number, precomputed?: boolean): void;
  /** Another bundle is served. */
  clear(): void;
  /** Removes what is over. */
  sweep(nowMs: number): void;
  figures(): CacheFigures;
}

const keptBytes = 64 * 1024 * 1024;
/** What an entry takes besides its texts, about. */
const overheadBytes = 400;

export function createListCache(limitBytes = keptBytes): ListCache {
  const entries = new Map<string, Entry>();
  const figures: CacheFigures = { entries: 0, precomputed: 0, hits: 0, misses: 0, expired: 0 };
  let bytes = 0;

  const remove = (key: string, entry: Entry): void => {
    entries.delete(key);
    bytes -= entry.bytes;
    if (entry.precomputed) figures.precomputed -= 1;
  };

  return {
    find(key, version, nowMs) {
      const entry = entries.get(key);
      if (!entry || entry.version !== version || entry.expiresMs <= nowMs) return null;
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    },
    count(found) {
      if (found) figures.hits += 1;
      else figures.misses += 1;
    },
    stale: (key) => entries.get(key) ?? null,
    keep(key, version, { list, itemsText }, expiresMs, precomputed = false) {
      const before = entries.get(key);
      if (before) remove(key, before);
      const entry = { list, itemsText, version, expiresMs, precomputed, bytes: 4 * itemsText.length + 2 * key.length + overheadBytes };
      entries.set(key, entry);
      bytes += entry.bytes;
      if (precomputed) figures.precomputed += 1;
      for (const [oldest, other] of entries) {
        if (bytes <= limitBytes) break;
        remove(oldest, other);
      }
    },
    clear() {
      entries.clear();
      bytes = 0;
      figures.precomputed = 0;
    },
    sweep(nowMs) {
      for (const [key, entry] of entries) {
        if (entry.expiresMs > nowMs) continue;
        remove(key, entry);
        figures.expired += 1;
      }
    },
    figures: () => ({ ...figures, entries: entries.size }),
  };
}
