import type { Socket } from 'node:net';
import type { ApiKeyInfo } from '#contract/api/admin-routes';
import { EngineError } from '#contract/errors';
import { createBuckets } from './token-bucket.ts';

/** Failed attempts of one address: so many at once, and so many a second from then on. */
const failedAtOnce = 10;
const failedPerSecond = 0.2;
/** The share of a second's requests that may come at once. */
const burstShare = 0.1;
/** A bucket that holds one request only would spill while its client waits for a round moment. */
const leastBurst = 1.5;
const connectionsOfOneKey = 64;
/** Nobody is told to wait for longer, whatever the limit of their key. */
const longestWaitSeconds = 3600;

/** How much anybody may ask. */
export interface Limits {
  /** Throws `too_many` where a key's requests come too fast, or over too many connections. */
  admit(key: Pick<ApiKeyInfo, 'id' | 'rate_limit'>, socket: Socket): void;
  /** Throws `too_many` where a key's requests come too fast. */
  pace(key: Pick<ApiKeyInfo, 'id' | 'rate_limit'>): void;
  /** What to throw where a key or token did not hold: `unauthorized`, or `too_many` where that has happened often. Good keys of the address go on. */
  failed(address: string, words: string): EngineError;
}

const tooMany = (words: string, waitMs: number): EngineError => {
  const retryAfterSeconds = Math.min(longestWaitSeconds, Math.max(1, Math.ceil(waitMs / 1000)));
  return new EngineError('too_many', `${words} Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
};

export function createLimits(): Limits {
  const requests = createBuckets();
  const failures = createBuckets();
  const connections = new Map<string, Set<Socket>>();

  const connect = (id: string, socket: Socket): void => {
    const open = connections.get(id) ?? new Set();
    if (open.has(socket)) return;
    if (open.size >= connectionsOfOneKey) {
      throw tooMany(`The key ${id} has ${open.size} connections open, which is as many as it may. Use them again for several requests.`, 0);
    }
    connections.set(id, open.add(socket));
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0 && connections.get(id) === open) connections.delete(id);
    });
  };

  const pace: Limits['pace'] = ({ id, rate_limit: rate }) => {
    if (rate === null) return;
    const waitMs = requests.take(id, rate, Math.max(leastBurst, rate * burstShare));
    if (waitMs > 0) throw tooMany(`The key ${id} may send ${rate} requests a second.`, waitMs);
  };

  return {
    pace,
    admit(key, socket) {
      connect(key.id, socket);
      pace(key);
    },
    failed(address, words) {
      const waitMs = failures.take(address, failedPerSecond, failedAtOnce);
      if (waitMs === 0) return new EngineError('unauthorized', words);
      return tooMany('Keys or tokens that do not hold came too often from this address.', waitMs);
    },
  };
}
