import type { ApiKeyInfo } from '#contract/api/admin-routes';
import type { authRoutes } from '#contract/api/auth-routes';
import type { Security } from '../../security/security.ts';
import { issueToken, type Purpose, readToken } from '../../security/token.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

const accessSeconds = 15 * 60;
const refreshSeconds = 7 * 24 * 3600;

const notHolding =
  'The refresh token does not hold: it has expired, was used before, or was revoked. Send the API key to /auth/token again.';

/** The two tokens of a line, made for one answer. */
function tokenPair(secret: Uint8Array, { id, role }: ApiKeyInfo) {
  const issue = (purpose: Purpose, line: string, lifeSeconds: number) => issueToken(secret, { purpose, role, key: id, line, lifeSeconds });
  let refreshToken = '';
  return {
    issueRefresh(line: string) {
      const { token, claims } = issue('refresh', line, refreshSeconds);
      refreshToken = token;
      return claims;
    },
    answer: (line: string) => ({
      access_token: issue('access', line, accessSeconds).token,
      token_type: 'Bearer' as const,
      expires_in: accessSeconds,
      refresh_token: refreshToken,
      role,
    }),
  };
}

export function authHandlers({ auth }: HandlerContext): HandlersOf<typeof authRoutes> {
  /** The claims of a refresh token whose key is still good. */
  const refreshClaims = async (security: Security, token: string) => {
    const claims = readToken(await security.secret(), token, 'refresh');
    const key = claims?.key ? security.keys.live(claims.key) : null;
    return claims?.line && key ? { line: claims.line, jti: claims.jti, key } : null;
  };

  return {
    async token({ body, caller }) {
      const security = auth.security();
      const key = security.keys.verify(body.api_key);
      if (!key)
        throw auth.failed(
          caller.address,
          'POST /auth/token',
          'The API key is not known here, or was revoked. Ask an admin for another one.',
        );
      auth.limits.pace(key);
      security.keys.used(key.id);
      const pair = tokenPair(await security.secret(), key);
      return pair.answer(await security.lines.begin(key.id, pair.issueRefresh));
    },
    async refresh({ body, caller }) {
      const security = auth.security();
      const known = await refreshClaims(security, body.refresh_token);
      if (!known) throw auth.failed(caller.address, 'POST /auth/refresh', notHolding);
      const { line, jti, key } = known;
      auth.limits.pace(key);
      const pair = tokenPair(await security.secret(), key);
      const outcome = await security.lines.next(line, jti, () => pair.issueRefresh(line));
      if (outcome === 'renewed') return pair.answer(line);
      if (outcome === 'reused')
        await auth.record(key.name, 'refresh', key.id, 'a refresh token was used twice: all tokens of its line are revoked');
      throw auth.failed(caller.address, 'POST /auth/refresh', notHolding);
    },
    async revoke({ body, caller }) {
      const security = auth.security();
      const known = await refreshClaims(security, body.refresh_token);
      if (!known) throw auth.failed(caller.address, 'POST /auth/revoke', notHolding);
      return { revoked: await security.lines.end(known.line) };
    },
  };
}
