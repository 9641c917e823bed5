import type { Arm } from '#contract/api/experiment-routes';

/** What is counted of one arm. */
export interface Counts {
  users: number;
  successfulUsers: number;
  lists: number;
  successfulLists: number;
  successes: number;
}

export interface OutcomeLimits {
  /** Users who are counted; those who come after them are answered by their arm all the same. */
  users: number;
  /** Lists that an event may belong to, of all users and of one, and the items in all of them. */
  lists: number;
  listsPerUser: number;
  items: number;
  /** Different items by which one user succeeds. */
  successesPerUser: number;
}

/** An event belongs to a list that was shown at most so long before it. */
export const attributionMs = 24 * 3600 * 1000;
/** Clocks of clients differ, and some tell whole seconds: an event may seem to come so long before its list. */
const clockToleranceMs = 60_000;

const usual: OutcomeLimits = { users: 250_000, lists: 200_000, listsPerUser: 50, items: 2_000_000, successesPerUser: 1000 };

interface ShownList {
  userId: string;
  timeMs: number;
  /** None once nothing belongs to it any more. */
  itemIds: readonly string[];
  successful: boolean;
}

interface User {
  arm: Arm;
  /** Oldest first. */
  lists: ShownList[];
  succeeded: Set<string> | null;
}

/** Who was shown what in an experiment, and what came of it; the same calls in the same order give the same counts. */
export interface Outcomes {
  /** A list was shown. False where it is not counted, since there are too many users. */
  expose(userId: string, arm: Arm, timeMs: number, itemIds: readonly string[]): boolean;
  /** An event of a success type. Returns the arm where it counts: on an item of a list that the user was shown, once per user and item. */
  succeed(userId: string, itemId: string, timeMs: number): Arm | null;
  counts(arm: Arm): Readonly<Counts>;
}

const none = (): Counts => ({ users: 0, successfulUsers: 0, lists: 0, successfulLists: 0, successes: 0 });

export function createOutcomes(limits: Partial<OutcomeLimits> = {}): Outcomes {
  const most = { ...usual, ...limits };
  const users = new Map<string, User>();
  const counts: Record<Arm, Counts> = { control: none(), treatment: none() };
  /** In the order in which they were shown; those before `first` are forgotten. */
  let shown: ShownList[] = [];
  let first = 0;
  let items = 0;

  /** The oldest list of a user: what happens from now on does not belong to it. */
  const forget = (user: User): void => {
    const list = user.lists.shift() as ShownList;
    items -= list.itemIds.length;
    list.itemIds = [];
  };

  const forgetOld = (nowMs: number): void => {
    for (; first < shown.length; first++) {
      const { userId, timeMs, itemIds } = shown[first] as ShownList;
      const tooMany = shown.length - first > most.lists || items > most.items;
      if (!tooMany && nowMs - timeMs <= attributionMs + clockToleranceMs) break;
      // The oldest of all is the oldest of its user, too.
      if (itemIds.length > 0) forget(users.get(userId) as User);
    }
    if (first > most.lists) {
      shown = shown.slice(first);
      first = 0;
    }
  };

  return {
    expose(userId, arm, timeMs, itemIds) {
      let user = users.get(userId);
      if (!user) {
        if (users.size >= most.users) return false;
        user = { arm, lists: [], succeeded: null };
        users.set(userId, user);
        counts[arm].users += 1;
      }
      counts[arm].lists += 1;
      const list = { userId, timeMs, itemIds, successful: false };
      user.lists.push(list);
      shown.push(list);
      items += itemIds.length;
      if (user.lists.length > most.listsPerUser) forget(user);
      forgetOld(timeMs);
      return true;
    },
    succeed(userId, itemId, timeMs) {
      const user = users.get(userId);
      if (!user || user.succeeded?.has(itemId) || (user.succeeded?.size ?? 0) >= most.successesPerUser) return null;
      const list = user.lists.findLast(
        (one) => timeMs >= one.timeMs - clockToleranceMs && timeMs <= one.timeMs + attributionMs && one.itemIds.includes(itemId),
      );
      if (!list) return null;
      const counted = counts[user.arm];
      if (!user.succeeded) {
        user.succeeded = new Set();
        counted.successfulUsers += 1;
      }
      user.succeeded.add(itemId);
      counted.successes += 1;
      if (!list.successful) counted.successfulLists += 1;
      list.successful = true;
      return user.arm;
    },
    counts: (arm) => counts[arm],
  };
}
