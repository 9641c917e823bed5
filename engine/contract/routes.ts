import { adminRoutes } from './api/admin-routes.ts';
import { authRoutes } from './api/auth-routes.ts';
import { eventRoutes } from './api/event-routes.ts';
import { experimentRoutes } from './api/experiment-routes.ts';
import { operationRoutes } from './api/operation-routes.ts';
import { recommendRoutes } from './api/recommend-routes.ts';
import { userRoutes } from './api/user-routes.ts';

/** The API that a served bundle answers, row by row. */
export const routes = {
  ...recommendRoutes,
  ...eventRoutes,
  ...operationRoutes,
  ...authRoutes,
  ...adminRoutes,
  ...experimentRoutes,
  ...userRoutes,
} as const;

export type RouteName = keyof typeof routes;
