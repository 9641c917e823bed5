import type { ServedRequest, ServerTraffic } from '#contract/server';
import type { Answered } from './door.ts';
import { createTrafficSeconds } from './traffic-seconds.ts';

/** What a server answered lately, for whoever looks at it. */
export interface TrafficFeed {
  record(answered: Answered): void;
  /** Whether somebody has looked within the last ten seconds: then requests are kept with their bodies. */
  watched(): boolean;
  /** What came after the request of this number. Looking is what keeps it going. */
  look(after: number): ServerTraffic;
  /** Lets go of all requests that are kept. */
  forget(): void;
}

const kept = 500;
const watchMs = 10_000;
const sentLimit = 4096;
const answerLimit = 16_384;
const targetLimit = 2000;

/** They name a person who is being erased. */
const erasing = new Set(['eraseUser', 'eraseUserByQuery']);
/** Their bodies hold keys and tokens. */
const secretRoutes = new Set(['token', 'refresh', 'revoke', 'createKey']);
const secretWords = '(not kept: it holds a key or a token)';

/** A text cut to what can be looked at, as a copy: a slice would keep all of the long text in memory. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${Buffer.from(text.slice(0, limit), 'utf16le').toString('utf16le')}…`;
}

/** @param clock for tests: milliseconds that only go forward, and milliseconds since 1970 */
export function createTrafficFeed(
  clock: { now(): number; wall(): number } = { now: () => performance.now(), wall: Date.now },
): TrafficFeed {
  const seconds = createTrafficSeconds();
  // A ring: the request of number n stands at n % kept.
  const ring: (ServedRequest | undefined)[] = new Array(kept);
  let last = 0;
  /** The oldest that is in the ring; above `last` where there is none. */
  let first = 1;
  let lookedMs = Number.NEGATIVE_INFINITY;
  const watched = (): boolean => clock.now() - lookedMs < watchMs;

  const forget = (): void => {
    ring.fill(undefined);
    first = last + 1;
  };

  const keep = ({ requestId, route, method, target, status, durationMs, identity, source, degraded, sent, answer }: Answered): void => {
    const secret = secretRoutes.has(route);
    const shown = (text: string | undefined, limit: number): string | null =>
      text === undefined ? null : secret ? secretWords : cut(text, limit);
    last += 1;
    if (last - first >= kept) first = last - kept + 1;
    ring[last % kept] = {
      sequence: last,
      requestId,
      time: new Date(clock.wall()).toISOString(),
      method,
      target: erasing.has(route) ? '/admin/users/…' : cut(target, targetLimit),
      route,
      status,
      durationMs,
      source: source ?? null,
      degraded: degraded ?? null,
      caller: identity?.name ?? '',
      sent: shown(sent, sentLimit),
      answer: shown(answer, answerLimit),
    };
  };

  return {
    record(answered) {
      seconds.record(clock.wall(), answered.durationMs, answered.status, answered.source);
      if (watched()) keep(answered);
      // Nobody looks any more: bodies of users are not kept for nobody.
      else if (first <= last) forget();
    },
    watched,
    forget,
    look(after) {
      if (!watched()) forget();
      lookedMs = clock.now();
      // A number that was never given is of a server that ran before this one.
      const since = after > last ? 0 : after;
      const from = Math.max(since + 1, first);
      const requests: ServedRequest[] = [];
      for (let number = from; number <= last; number++) requests.push(ring[number % kept] as ServedRequest);
      // Whoever looks for the first time has missed nothing.
      const missed = since === 0 ? 0 : Math.max(0, first - 1 - since);
      return { requests, lastSequence: last, missed, seconds: seconds.read(clock.wall()) };
    },
  };
}
