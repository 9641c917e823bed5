import { createHash } from 'node:crypto';
import type { StoredRequest } from './event-line.ts';
import type { StoredIds } from './stored-ids.ts';

/** What a request with an Idempotency-Key was and how it was answered, in the one number that is remembered of it. */
const acceptedBits = 1024;
const digestDigits = 10;

/** No event's id begins like this: NUL is refused in ids. */
const nameOf = (key: string): string => `\0request:${key}`;

/** What a client sent, without what the server added. */
export function requestDigest(contents: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content).update('\n');
  return hash.digest('hex').slice(0, 16);
}

const packed = ({ digest, accepted }: StoredRequest): number =>
  Number.parseInt(digest.slice(0, digestDigits), 16) * acceptedBits + accepted;

export function rememberRequest(ids: StoredIds, request: StoredRequest): void {
  ids.set(nameOf(request.key), packed(request));
}

/** How many events the first request under this key stored; null where there was none, false where another body was sent then. */
export function acceptedBefore(ids: StoredIds, key: string, digest: string): number | null | false {
  const known = ids.get(nameOf(key));
  if (known === undefined) return null;
  const accepted = known % acceptedBits;
  return packed({ key, digest, accepted }) === known ? accepted : false;
}
