import { z } from 'zod';
import { Cell } from './data.ts';
import { operation } from './operation.ts';

export const explorePanels = [
  'overview',
  'time',
  'popularity',
  'activity',
  'newcomers',
  'cold-start',
  'sessions',
  'hours',
  'cohorts',
  'together',
] as const;
export const ExplorePanel = z.enum(explorePanels);
export type ExplorePanel = z.infer<typeof ExplorePanel>;

/** Which interactions are looked at: from a moment on, before another, of these types. */
export const ExploreFilter = z.object({
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  eventTypes: z.array(z.string()).min(1).optional(),
});
export type ExploreFilter = z.infer<typeof ExploreFilter>;

export const Explored = z.object({
  panel: ExplorePanel,
  columns: z.array(z.string()),
  rows: z.array(z.array(Cell)),
  /** Single figures that the rows do not hold. */
  facts: z.record(z.string(), Cell),
  /** The statement that gives these rows. */
  sql: z.string(),
  /** Share of the users that were looked at, where not all were. */
  sampled: z.number().nullable(),
  seconds: z.number(),
  computedAt: z.string(),
});
export type Explored = z.infer<typeof Explored>;

export const exploreOperations = {
  'explore.panel': operation({
    summary: 'One look at the interactions, kept until the data changes',
    input: z.object({ panel: ExplorePanel, filter: ExploreFilter.default({}) }),
    output: Explored,
    command: 'explore',
  }),
};
