import { EngineError } from '#contract/errors';
import { isLoopback } from '#contract/loopback';
import type { HandlersOf } from '#contract/operations';
import type { ServerSecurity } from '#contract/server';
import { openSecurity, type Security } from '../security/security.ts';
import { layout } from '../workspace/layout.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

/** Keys, tokens and the audit log of the open workspace. */
export function securityOf(context: EngineContext): Security {
  return openSecurity(layout.serverSecurity(requireSession(context).workspace.path));
}

type SecurityOperations = 'server.security' | 'server.setAuth' | 'server.createKey' | 'server.revokeKey';

const defaultAuditLimit = 100;

/** What the window and the command line do with keys. A running server reads the same files, and follows within a moment. */
export function serverSecurityHandlers(context: EngineContext): Pick<HandlersOf<'server'>, SecurityOperations> {
  const report = async (limit: number): Promise<ServerSecurity> => {
    const security = securityOf(context);
    return { auth: security.auth(), keys: security.keys.list(), audit: await security.audit.read(limit) };
  };
  return {
    'server.security': ({ auditLimit }) => report(auditLimit),
    async 'server.setAuth'({ on }) {
      const { host } = context.server.place();
      if (!on && !isLoopback(host))
        throw new EngineError('forbidden', `The server is reached at ${host} by other machines. Stop it before keys are switched off.`);
      const security = securityOf(context);
      // There before the server looks for it.
      await security.secret();
      await security.setAuth(on, context.holder);
      context.server.setAuth(on);
      return report(defaultAuditLimit);
    },
    'server.createKey': (input) => securityOf(context).createKey(input, context.holder),
    'server.revokeKey': ({ id }) => securityOf(context).revokeKey(id, context.holder),
  };
}
