import type { adminRoutes } from '#contract/api/admin-routes';
import type { Identity } from '#contract/api/route';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

type Rows = Pick<typeof adminRoutes, 'keys' | 'createKey' | 'revokeKey' | 'audit'>;

/** Who is named in the audit log. */
export const actorOf = ({ name, keyId }: Identity): string => (keyId === null ? name : `${name} (${keyId})`);

/** Keys and the audit log. */
export function securityHandlers({ auth }: HandlerContext): HandlersOf<Rows> {
  return {
    keys: () => ({ auth: auth.on(), keys: auth.security().keys.list() }),
    createKey: ({ body, caller }) => auth.security().createKey(body, actorOf(caller.identity)),
    revokeKey: ({ params, caller }) => auth.security().revokeKey(params.id, actorOf(caller.identity)),
    audit: ({ query }) => auth.security().audit.read(query.limit),
  };
}
