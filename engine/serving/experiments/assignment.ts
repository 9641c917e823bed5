import { createHash } from 'node:crypto';
import type { Arm } from '#contract/api/experiment-routes';

/**
 * The arm of a user: the first 32 bits of the SHA-256 of experiment and user, as a number from 0 to 1, lie below the treatment's share or not. So a user stays in an
 * arm, over restarts too, and is dealt anew by each experiment.
 */
export function armOf(experimentId: string, userId: string, share: number): Arm {
  const digest = createHash('sha256').update(experimentId).update('\0').update(userId).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < share ? 'treatment' : 'control';
}

/**
 * By what name a user is counted and written to the log of an experiment: 96 bits of the SHA-256 of a salt and the user. The salt is thrown away when the experiment ends; after
 * that the log says nothing of anybody.
 */
export const pseudonymOf = (salt: string, userId: string): string =>
  createHash('sha256').update(salt).update('\0').update(userId).digest('base64url').slice(0, 16);
