import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Role } from '#contract/api/route';

/**
 * JSON Web Tokens of exactly one kind. The header is compared as text, byte for byte, and never parsed: there is no algorithm to choose, no key
 * to be named, and so nothing to be confused by.
 */
const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
const issuer = 'recsmith';
const longestToken = 4096;
/** How far clocks may differ. */
const skewSeconds = 60;

/** What a token is for. */
export type Purpose = 'access' | 'refresh';
const audiences = { access: 'recsmith-api', refresh: 'recsmith-refresh' } as const;

const seconds = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Claims = z.strictObject({
  iss: z.literal(issuer),
  aud: z.enum(audiences),
  iat: seconds,
  nbf: seconds,
  exp: seconds,
  jti: z.uuid(),
  role: Role,
  /** Public id of the API key that it was given for; null for the engine's own. */
  key: z.string().nullable(),
  /** All tokens that came of one API key sent once; null for the engine's own. */
  line: z.string().nullable(),
});
export type Claims = z.infer<typeof Claims>;

export interface NewToken {
  purpose: Purpose;
  role: Role;
  key: string | null;
  line: string | null;
  lifeSeconds: number;
}

const sign = (secret: Uint8Array, text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

/** Makes a token. */
export function issueToken(secret: Uint8Array, { purpose, role, key, line, lifeSeconds }: NewToken, nowMs = Date.now()) {
  const iat = Math.floor(nowMs / 1000);
  const aud = audiences[purpose];
  const claims: Claims = { iss: issuer, aud, iat, nbf: iat, exp: iat + lifeSeconds, jti: randomUUID(), role, key, line };
  const text = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return { token: `${text}.${sign(secret, text)}`, claims };
}

/** What a token says; null where it is not one of ours, not for this purpose, or not of now. */
export function readToken(secret: Uint8Array, token: string, purpose: Purpose, nowMs = Date.now()): Claims | null {
  if (token.length > longestToken) return null;
  const [head, payload, signature, ...rest] = token.split('.');
  if (head !== header || !payload || !signature || rest.length > 0) return null;
  // Compared as text: base64 has several spellings of the same bytes, and only ours is taken.
  const expected = Buffer.from(sign(secret, `${head}.${payload}`));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  let claims: Claims;
  try {
    claims = Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  } catch {
    return null;
  }
  const now = nowMs / 1000;
  const current = now < claims.exp + skewSeconds && now >= claims.nbf - skewSeconds && now >= claims.iat - skewSeconds;
  return current && claims.aud === audiences[purpose] ? claims : null;
}
