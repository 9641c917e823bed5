import { z } from 'zod';
import { Role, type Route } from './route.ts';

const Tokens = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds. */
  expires_in: z.number().int(),
  refresh_token: z.string(),
  role: Role,
});

/** Read before anybody is known: no more than a key or a token takes. */
const bodyLimit = 8 * 1024;

export const authRoutes = {
  token: {
    method: 'POST',
    path: '/auth/token',
    summary: 'A token of 15 minutes, and one of 7 days to renew it, for an API key',
    role: 'anyone',
    secret: 'body and answer',
    body: z.strictObject({ api_key: z.string().min(1).max(200) }),
    bodyLimit,
    success: 200,
    answer: Tokens,
  },
  refresh: {
    method: 'POST',
    path: '/auth/refresh',
    summary: 'New tokens for a refresh token, which is used up by it; one that comes twice revokes all of its line',
    role: 'anyone',
    secret: 'body and answer',
    body: z.strictObject({ refresh_token: z.string().min(1).max(4000) }),
    bodyLimit,
    success: 200,
    answer: Tokens,
  },
  revoke: {
    method: 'POST',
    path: '/auth/revoke',
    summary: 'Ends a refresh token and the access tokens of its line',
    role: 'anyone',
    secret: 'body and answer',
    body: z.strictObject({ refresh_token: z.string().min(1).max(4000) }),
    bodyLimit,
    success: 200,
    answer: z.object({ revoked: z.boolean() }),
  },
} as const satisfies Record<string, Route>;
