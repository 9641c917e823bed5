import { z } from 'zod';
import { Cell } from './data.ts';
import { Job } from './job.ts';
import { operation } from './operation.ts';

export const SqlColumn = z.object({ name: z.string(), type: z.string() });
export type SqlColumn = z.infer<typeof SqlColumn>;

/** How a result is looked at. A filter is a text that cells hold, or `>= 3`, `= view`, `!= x`. */
export const SqlView = z.object({
  sort: z.object({ column: z.string(), descending: z.boolean() }).optional(),
  filters: z.array(z.object({ column: z.string(), text: z.string() })).optional(),
});
export type SqlView = z.infer<typeof SqlView>;

export const SqlOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rows'), id: z.number(), columns: z.array(SqlColumn), rows: z.number(), seconds: z.number() }),
  z.object({ kind: z.literal('done'), label: z.string(), changed: z.number(), seconds: z.number() }),
]);
export type SqlOutcome = z.infer<typeof SqlOutcome>;

export const SqlWindow = z.object({ rows: z.array(z.array(Cell)), offset: z.number(), total: z.number() });
export type SqlWindow = z.infer<typeof SqlWindow>;

export const SqlChartInput = z.object({
  id: z.number(),
  kind: z.enum(['line', 'bar', 'scatter', 'histogram']),
  x: z.string(),
  y: z.string().optional(),
});
export type SqlChartInput = z.infer<typeof SqlChartInput>;

export const SqlChart = z.object({ points: z.array(z.tuple([Cell, z.number().nullable()])), note: z.string() });
export type SqlChart = z.infer<typeof SqlChart>;

export const SqlPast = z.object({
  sql: z.string(),
  at: z.string(),
  seconds: z.number(),
  rows: z.number().optional(),
  error: z.string().optional(),
});
export type SqlPast = z.infer<typeof SqlPast>;

export const sqlOperations = {
  'sql.run': operation({
    summary: 'Run one statement; rows are kept for sql.window',
    input: z.object({ sql: z.string().max(1_000_000), unlocked: z.boolean().default(false) }),
    output: SqlOutcome,
    command: 'sql',
  }),
  'sql.window': operation({
    summary: 'Some rows of a result, sorted and filtered',
    input: z.object({
      id: z.number().int(),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(1000).default(200),
      view: SqlView.default({}),
    }),
    output: SqlWindow,
  }),
  'sql.chart': operation({
    summary: 'Two columns of a result as points',
    input: SqlChartInput.extend({ view: SqlView.default({}) }),
    output: SqlChart,
  }),
  'sql.export': operation({
    summary: 'Write a result to a .csv, .tsv or .parquet file',
    input: z.object({ id: z.number().int(), path: z.string().min(1), view: SqlView.default({}) }),
    output: Job,
  }),
  'sql.cancel': operation({ summary: 'Stop the statement that runs', input: z.object({}), output: z.object({}) }),
  'sql.close': operation({ summary: 'Forget a result', input: z.object({ id: z.number().int() }), output: z.object({}) }),
  'sql.tables': operation({
    summary: 'Tables with their columns, and functions, for completion',
    input: z.object({}),
    output: z.object({ tables: z.array(z.object({ name: z.string(), columns: z.array(SqlColumn) })), functions: z.array(z.string()) }),
  }),
  'sql.history': operation({
    summary: 'Statements that were run in this workspace, newest first',
    input: z.object({}),
    output: z.array(SqlPast),
  }),
};
