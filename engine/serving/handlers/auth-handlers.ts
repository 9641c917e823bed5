import type { authRoutes } from '#contract/api/auth-routes';
import { EngineError } from '#contract/errors';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handler.ts';

export function authHandlers(_context: HandlerContext): HandlersOf<typeof authRoutes> {
  const later = (): never => {
    throw new EngineError('unsupported', 'Not built yet.');
  };
  return { token: later, refresh: later, revoke: later };
}
