import { z } from 'zod';
import { Job } from './job.ts';
import { operation } from './operation.ts';

export const WorkspaceSummary = z.object({
  path: z.string(),
  name: z.string(),
  createdAt: z.string(),
  users: z.number(),
  items: z.number(),
  interactions: z.number(),
  runs: z.number(),
  bundles: z.number(),
  /** The bundle that serving starts with. */
  activeBundle: z.string().nullable(),
});
export type WorkspaceSummary = z.infer<typeof WorkspaceSummary>;

export const RecentWorkspace = z.object({ path: z.string(), name: z.string(), openedAt: z.string(), exists: z.boolean() });
export type RecentWorkspace = z.infer<typeof RecentWorkspace>;

export const workspaceOperations = {
  'workspace.create': operation({
    summary: 'Make a workspace in an empty or new folder and open it',
    input: z.object({ path: z.string().min(1), name: z.string().optional() }),
    output: WorkspaceSummary,
    command: 'init',
  }),
  'workspace.open': operation({ summary: 'Open a workspace', input: z.object({ path: z.string().min(1) }), output: WorkspaceSummary }),
  'workspace.openSample': operation({
    summary: 'Open the sample workspace, making it where it is not there yet; `workspace.importSample` or the pipeline brings its data',
    input: z.object({}),
    output: WorkspaceSummary,
  }),
  'workspace.importSample': operation({
    summary: 'Draw the sample data and import it into the open workspace, where that is still empty',
    input: z.object({}),
    output: Job,
  }),
  'workspace.close': operation({ summary: 'Close the open workspace', input: z.object({}), output: z.null() }),
  'workspace.current': operation({ summary: 'The open workspace', input: z.object({}), output: WorkspaceSummary.nullable() }),
  'workspace.recent': operation({
    summary: 'Workspaces opened before, newest first',
    input: z.object({}),
    output: z.array(RecentWorkspace),
  }),
};
