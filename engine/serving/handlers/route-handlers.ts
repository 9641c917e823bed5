import { adminRoutes } from '#contract/api/admin-routes';
import { experimentRoutes } from '#contract/api/experiment-routes';
import type { routes } from '#contract/routes';
import { withoutFolders } from '../../files/without-folders.ts';
import { adminHandlers } from './admin-handlers.ts';
import { audited } from './audited.ts';
import { authHandlers } from './auth-handlers.ts';
import type { HandlerContext } from './context.ts';
import { eventHandlers } from './event-handlers.ts';
import { experimentHandlers } from './experiment-handlers.ts';
import type { HandlersOf } from './handler.ts';
import { hidingFolders } from './hiding-folders.ts';
import { operationHandlers } from './operation-handlers.ts';
import { recommendHandlers } from './recommend-handlers.ts';
import { userHandlers } from './user-handlers.ts';

export type RouteHandlers = HandlersOf<typeof routes>;

/**
 * A handler for every row of the table.
 * @param folders of this machine, which answers do not tell of
 */
export function createRouteHandlers({
  folders = [],
  ...parts
}: Omit<HandlerContext, 'hide'> & { folders?: readonly string[] }): RouteHandlers {
  const context = { ...parts, hide: withoutFolders(folders) };
  const handlers = {
    ...recommendHandlers(context),
    ...eventHandlers(context),
    ...operationHandlers(context),
    ...authHandlers(context),
    ...audited(context, adminRoutes, adminHandlers(context)),
    ...audited(context, experimentRoutes, experimentHandlers(context)),
    ...userHandlers(context),
  };
  return hidingFolders(handlers, context.hide);
}
