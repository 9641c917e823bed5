import { createRandom } from '../math/random.ts';

/** Ninety days from Monday, 1 January 2024. */
export const firstMomentMs = Date.UTC(2024, 0, 1);
export const days = 90;
const secondsPerDay = 86_400;
export const periodSeconds = days * secondsPerDay;

/** How much goes on in each hour of the day: little at night, most in the evening. */
const hourShares = [2, 1, 1, 1, 1, 2, 4, 7, 9, 8, 7, 7, 9, 9, 7, 6, 7, 8, 10, 12, 13, 11, 8, 4];
/** Monday to Sunday. */
const weekdayShares = [1, 1, 1, 1, 0.9, 1.2, 1.3];

/** Who comes when and for how many events, in the order of time. */
export interface SessionPlan {
  count: number;
  users: Int32Array;
  /** Seconds since the first moment. */
  starts: Int32Array;
  sizes: Uint16Array;
  /** Events of each user, over all sessions. */
  events: Int32Array;
}

/** Shares `events` out to users, some far more active than others, and cuts them into sessions. */
export function planSessions(users: number, events: number, seed: number, meanSessionEvents = 5): SessionPlan {
  const random = createRandom(seed, 'sessions');
  const activity = Float64Array.from({ length: users }, () => Math.exp(0.45 * random.normal()));
  const total = activity.reduce((sum, value) => sum + value, 0);
  const budget = new Int32Array(users);
  let sum = 0;
  let given = 0;
  for (let u = 0; u < users; u++) {
    sum += activity[u] as number;
    budget[u] = (u === users - 1 ? events : Math.round((events * sum) / total)) - given;
    given += budget[u] as number;
  }
  const hours = cumulative(hourShares);
  const weekdays = cumulative(Array.from({ length: days }, (_, day) => weekdayShares[day % 7] as number));
  const drawn = { users: new Int32Array(1024), starts: new Int32Array(1024), sizes: new Uint16Array(1024) };
  let count = 0;
  for (let u = 0; u < users; u++) {
    for (let left = budget[u] as number; left > 0; count++) {
      if (count === drawn.users.length) {
        drawn.users = grown(drawn.users, new Int32Array(count * 2));
        drawn.starts = grown(drawn.starts, new Int32Array(count * 2));
        drawn.sizes = grown(drawn.sizes, new Uint16Array(count * 2));
      }
      const size = Math.min(left, 60, 1 + Math.floor(-Math.log(1 - random.next()) * meanSessionEvents));
      const day = pick(weekdays, random.next());
      const hour = pick(hours, random.next());
      drawn.users[count] = u;
      drawn.starts[count] = day * secondsPerDay + hour * 3600 + random.integer(3600);
      drawn.sizes[count] = size;
      left -= size;
    }
  }
  return { ...inOrder(drawn, count), count, events: budget };
}

function grown<T extends Int32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function cumulative(shares: number[]): Float64Array {
  const sums = new Float64Array(shares.length);
  let sum = 0;
  for (let i = 0; i < shares.length; i++) sums[i] = sum += shares[i] as number;
  return sums.map((value) => value / sum);
}

function pick(sums: Float64Array, at: number): number {
  let i = 0;
  while (i < sums.length - 1 && at >= (sums[i] as number)) i++;
  return i;
}

/** By start, by a counting sort over the seconds of the period. */
function inOrder(drawn: Pick<SessionPlan, 'users' | 'starts' | 'sizes'>, count: number): Pick<SessionPlan, 'users' | 'starts' | 'sizes'> {
  const next = new Int32Array(periodSeconds + 1);
  for (let s = 0; s < count; s++) {
    const at = (drawn.starts[s] as number) + 1;
    next[at] = (next[at] as number) + 1;
  }
  for (let second = 0; second < periodSeconds; second++) next[second + 1] = (next[second + 1] as number) + (next[second] as number);
  const sorted = { users: new Int32Array(count), starts: new Int32Array(count), sizes: new Uint16Array(count) };
  for (let s = 0; s < count; s++) {
    const start = drawn.starts[s] as number;
    const place = next[start] as number;
    next[start] = place + 1;
    sorted.users[place] = drawn.users[s] as number;
    sorted.starts[place] = start;
    sorted.sizes[place] = drawn.sizes[s] as number;
  }
  return sorted;
}
