import { BodyRefused } from './body-refused.ts';

/**
 * So much of each body is always taken, so that who sends little is heard whatever large bodies are on their way. Without a key no route takes
 * more; the number of connections bounds it.
 */
const freeBytes = 16 * 1024;

/** What one request's body takes of the memory for all. */
export interface BodyShare {
  /** Counts bytes that have arrived. Throws BodyRefused where there is no room for them. */
  add(bytes: number): void;
  /** The request is answered. */
  release(): void;
}

/** How much of request bodies may be in memory at one time. What was only announced takes nothing. */
export interface BodyBudget {
  open(): BodyShare;
}

export function createBodyBudget(limitBytes: number): BodyBudget {
  let taken = 0;
  return {
    open() {
      let arrived = 0;
      let held = 0;
      return {
        add(bytes) {
          arrived += bytes;
          const more = Math.max(0, arrived - freeBytes) - held;
          if (taken + more > limitBytes)
            throw new BodyRefused(
              503,
              'unavailable',
              'Many large bodies are on their way already. Send it again in a second, or in parts.',
            );
          taken += more;
          held += more;
        },
        release() {
          taken -= held;
          held = 0;
        },
      };
    },
  };
}
