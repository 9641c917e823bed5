import { problemReply } from './problem.ts';
import type { WholeReply } from './reply.ts';

/** A body that is not read to its end. Its connection is closed with the answer, so that the rest is not taken for another request. */
export class BodyRefused extends Error {
  constructor(
    readonly status: 408 | 415 | 503,
    readonly code: 'timeout' | 'invalid_input' | 'unavailable',
    message: string,
  ) {
    super(message);
  }

  reply(): WholeReply {
    const later: Record<string, string> = this.status === 503 ? { 'retry-after': '1' } : {};
    return problemReply(this.status, this.code, this.message, { connection: 'close', ...later });
  }
}
