import type { IncomingMessage, ServerResponse } from 'node:http';
import { MiB } from '#contract/api/route';

/** A body that is larger than all that are parsed is an upload, which goes to a file by small parts. */
const uploadShareBytes = MiB / 4;
const largestParsedBytes = 16 * MiB;
/** Of a body in chunks nobody knows the size before it ends. */
const chunkedBytes = 4 * MiB;

/** How much of request bodies may be in memory at one time. */
export interface BodyBudget {
  /** Sets aside what the request's body takes until it is answered; false where there is no room for it. */
  take(request: IncomingMessage, response: ServerResponse): boolean;
}

export function createBodyBudget(limitBytes: number): BodyBudget {
  let taken = 0;
  const sizeOf = ({ headers }: IncomingMessage): number => {
    if (headers['transfer-encoding'] !== undefined) return chunkedBytes;
    const declared = Number(headers['content-length'] ?? 0);
    return declared > largestParsedBytes ? uploadShareBytes : declared;
  };
  return {
    take(request, response) {
      const bytes = sizeOf(request);
      if (bytes === 0) return true;
      if (taken + bytes > limitBytes) return false;
      taken += bytes;
      response.once('close', () => {
        taken -= bytes;
      });
      return true;
    },
  };
}
