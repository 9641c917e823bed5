import { z } from 'zod';
import { EntityId, type Route } from './route.ts';

const UserInteraction = z.object({
  event_id: z.string().nullable(),
  item_id: z.string(),
  event_type: z.string(),
  value: z.number().nullable(),
  /** ISO 8601, UTC. */
  timestamp: z.string().nullable(),
  session_id: z.string().nullable(),
  /** As it was sent; text where it is no JSON. */
  context: z.unknown(),
});

/** All that a workspace holds of one user. */
export const UserExport = z.object({
  user_id: z.string(),
  exported_at: z.string(),
  /** By time. */
  interactions: z.array(UserInteraction),
  attributes: z.record(z.string(), z.unknown()),
  /** The bundles, newest first, and whether each holds a vector of the user. */
  bundles: z.array(z.object({ version: z.string(), active: z.boolean(), embedding: z.boolean() })),
});
export type UserExport = z.infer<typeof UserExport>;

const Erasing = z.object({ job_id: z.string(), status: z.string() });

const shared = { role: 'admin', workspace: true } as const;
const byPath = z.object({ id: EntityId });
const byQuery = z.object({ user_id: EntityId });

export const userRoutes = {
  exportUser: {
    ...shared,
    method: 'GET',
    path: '/admin/users/{id}/export',
    summary: 'All that the workspace holds of one user',
    params: byPath,
    success: 200,
    answer: UserExport,
    mayMiss: true,
  },
  exportUserByQuery: {
    ...shared,
    method: 'GET',
    path: '/admin/users/export',
    summary: 'The same, for ids that do not fit a path',
    query: byQuery,
    success: 200,
    answer: UserExport,
    mayMiss: true,
  },
  eraseUser: {
    ...shared,
    method: 'DELETE',
    path: '/admin/users/{id}',
    summary: 'Forget one user at once, and erase them from all files by a job; safe to repeat',
    params: byPath,
    success: 202,
    answer: Erasing,
  },
  eraseUserByQuery: {
    ...shared,
    method: 'DELETE',
    path: '/admin/users',
    summary: 'The same, for ids that do not fit a path',
    query: byQuery,
    success: 202,
    answer: Erasing,
  },
} as const satisfies Record<string, Route>;
