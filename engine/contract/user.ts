import { z } from 'zod';
import { EntityId } from './api/route.ts';
import { UserExport } from './api/user-routes.ts';
import { Job } from './job.ts';
import { operation } from './operation.ts';

/** What was erased, as the job tells it at its end. */
export const Erased = z.object({
  /** Of the workspace's tables, undo tables among them. */
  rows: z.number(),
  /** Of event logs. */
  lines: z.number(),
  runs: z.number(),
  bundles: z.number(),
  datasets: z.number(),
});
export type Erased = z.infer<typeof Erased>;

export const userOperations = {
  'user.export': operation({
    summary: 'All that the workspace holds of one user',
    input: z.object({ user: EntityId }),
    output: UserExport,
    command: 'user',
  }),
  'user.erase': operation({
    summary: 'Forget one user at once, and erase them from all files of the workspace; safe to repeat',
    input: z.object({ user: EntityId }),
    output: Job,
    command: 'user',
  }),
};
