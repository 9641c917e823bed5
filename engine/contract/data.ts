import { z } from 'zod';
import { Job } from './job.ts';
import { operation } from './operation.ts';

export const Entity = z.enum(['interactions', 'users', 'items']);
export type Entity = z.infer<typeof Entity>;

/** Id of a format: `data.formats` lists them. */
export const FileFormat = z.string().min(1);

export const TextEncoding = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'latin1']);
export type TextEncoding = z.infer<typeof TextEncoding>;

/** How a file is read, where what is guessed does not hold. */
export const ReadOptions = z.object({
  as: Entity.optional(),
  format: FileFormat.optional(),
  map: z.record(z.string(), z.string()).optional(),
  /** Of text without a mark. latin1 is read as Windows-1252, which holds it. */
  encoding: TextEncoding.optional(),
  /** Of delimited text: one sign or a few. */
  delimiter: z.string().min(1).max(4).optional(),
  /** Of a database: which table. */
  table: z.string().min(1).optional(),
  /** Zone of times that name none, such as Europe/Berlin; UTC where not given. */
  timeZone: z.string().min(1).max(64).optional(),
});
export type ReadOptions = z.infer<typeof ReadOptions>;

/** How much an event type counts where the data names none of its own. Types that are not listed count 1. */
export const defaultEventWeights: Readonly<Record<string, number>> = { view: 0.1, click: 0.3, like: 0.7, share: 1, purchase: 1, rating: 1 };

/** Role → column of the file. Roles: user, item, type, value, timestamp, event, session. Other columns of users and items are attributes. */
export const ColumnMapping = z.record(z.string(), z.string());
export type ColumnMapping = z.infer<typeof ColumnMapping>;

export const ImportInput = ReadOptions.extend({
  paths: z.array(z.string().min(1)).min(1),
  /** What to do with what an earlier version of the same file brought in: keep it and add, or take it out first. */
  earlier: z.enum(['keep', 'replace']).default('keep'),
  weights: z.record(z.string(), z.number().min(0)).optional(),
});
export type ImportInput = z.infer<typeof ImportInput>;
/** With what may be left out. */
export type ImportRequest = z.input<typeof ImportInput>;

/** rowsRead = accepted + rejected + duplicates, always. */
export const ImportedFile = z.object({
  importId: z.string(),
  path: z.string(),
  entity: Entity,
  format: FileFormat,
  sizeBytes: z.number(),
  sha256: z.string(),
  rowsRead: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  duplicates: z.number(),
  seconds: z.number(),
  rowsPerSecond: z.number(),
  importedAt: z.string(),
  /** The same bytes were imported before: nothing changed. */
  unchanged: z.boolean(),
  mapping: ColumnMapping,
  /** Whether `data.undo` can take it back now; where not, why. */
  undo: z.union([z.literal(true), z.string()]),
});
export type ImportedFile = z.infer<typeof ImportedFile>;

export const ImportResult = z.object({
  files: z.array(ImportedFile),
  rowsRead: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  duplicates: z.number(),
  seconds: z.number(),
  rowsPerSecond: z.number(),
});
export type ImportResult = z.infer<typeof ImportResult>;

export const PresetName = z.enum(['plain', 'news', 'shop', 'video', 'learning']);
export type PresetName = z.infer<typeof PresetName>;

export const GenerateInput = z.object({
  out: z.string().min(1),
  users: z.number().int().min(2).max(10_000_000).default(1000),
  items: z.number().int().min(2).max(10_000_000).default(500),
  events: z.number().int().min(1).max(100_000_000).default(10_000),
  seed: z.number().int().min(0).max(4_294_967_295).default(42),
  /** What kind of product the data is of. */
  preset: PresetName.default('plain'),
  /** How the events are written: one CSV file, or Parquet files of two million each. */
  format: z.enum(['csv', 'parquet']).default('csv'),
});
export type GenerateInput = z.infer<typeof GenerateInput>;

export const GenerateResult = z.object({
  out: z.string(),
  users: z.number(),
  items: z.number(),
  events: z.number(),
  seed: z.number(),
  files: z.array(z.string()),
  /** The best reachable metrics, from the preference model that the data was drawn from. */
  oracle: z.record(z.string(), z.number()),
  seconds: z.number(),
});
export type GenerateResult = z.infer<typeof GenerateResult>;

export const Column = z.object({ name: z.string(), type: z.string() });
export const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const TablePage = z.object({
  columns: z.array(Column),
  rows: z.array(z.array(Cell)),
  offset: z.number(),
  total: z.number(),
});
export type TablePage = z.infer<typeof TablePage>;

export const FilePreview = z.object({
  path: z.string(),
  format: FileFormat,
  entity: Entity,
  mapping: ColumnMapping,
  /** Why each role was given to its column. */
  reasons: z.record(z.string(), z.string()),
  columns: z.array(Column),
  rows: z.array(z.array(Cell)),
  encoding: TextEncoding,
  /** Event types of the rows that were looked at, how many there are of each, and what they will count. */
  eventTypes: z.array(z.object({ type: z.string(), count: z.number(), weight: z.number() })),
});
export type FilePreview = z.infer<typeof FilePreview>;

export const ColumnProfile = z.object({
  table: Entity,
  column: z.string(),
  type: z.string(),
  rows: z.number(),
  missing: z.number(),
  distinct: z.number(),
  min: z.string().nullable(),
  max: z.string().nullable(),
  top: z.array(z.object({ value: z.string(), count: z.number() })),
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

export const DataProfile = z.object({
  users: z.number(),
  items: z.number(),
  interactions: z.number(),
  /** Share of user × item cells that hold an interaction, 0..1. */
  density: z.number(),
  firstAt: z.string().nullable(),
  lastAt: z.string().nullable(),
  eventTypes: z.array(z.object({ type: z.string(), count: z.number(), weight: z.number() })),
  /** Gini coefficient of interactions over items, 0 (even) to 1. */
  itemGini: z.number(),
  columns: z.array(ColumnProfile),
});
export type DataProfile = z.infer<typeof DataProfile>;

export const DataSeries = z.object({
  /** Interactions a day: ISO date and count, by event type. */
  daily: z.array(z.object({ day: z.string(), type: z.string(), count: z.number() })),
  /** Items by falling popularity: rank (1-based, thinned to at most 500 points), interactions, cumulative share 0..1. */
  popularity: z.array(z.object({ rank: z.number(), count: z.number(), cumulative: z.number() })),
});
export type DataSeries = z.infer<typeof DataSeries>;

export const dataOperations = {
  'data.generate': operation({
    summary: 'Write deterministic sample data with its oracle',
    input: GenerateInput,
    output: Job,
    command: 'generate',
  }),
  'data.preview': operation({
    summary: 'Look at a file before it is imported: format, guessed mapping with reasons, first rows',
    input: ReadOptions.extend({ path: z.string().min(1) }),
    output: FilePreview,
  }),
  'data.import': operation({ summary: 'Import files or a folder into the workspace', input: ImportInput, output: Job, command: 'import' }),
  'data.formats': operation({
    summary: 'The formats that files may have',
    input: z.object({}),
    output: z.array(z.object({ id: z.string(), label: z.string(), endings: z.array(z.string()) })),
  }),
  'data.undo': operation({
    summary: 'Take back an import: its rows, its rejects, and what it changed of users and items',
    input: z.object({ importId: z.string() }),
    output: z.object({ importId: z.string(), interactions: z.number(), incomplete: z.array(z.string()) }),
    command: 'undo',
  }),
  'data.setWeights': operation({
    summary: 'How much event types count',
    input: z.object({ weights: z.record(z.string(), z.number().min(0)) }),
    output: z.record(z.string(), z.number()),
  }),
  'data.imports': operation({
    summary: 'What was imported, newest first',
    input: z.object({}),
    output: z.array(ImportedFile),
    command: 'imports',
  }),
  'data.rows': operation({
    summary: 'A window of rows of a table; interactions newest first',
    input: z.object({
      table: z.enum(['interactions', 'users', 'items', 'rejects']),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(1000).default(100),
    }),
    output: TablePage,
  }),
  'data.profile': operation({ summary: 'Counts, columns and event types', input: z.object({}), output: DataProfile, command: 'profile' }),
  'data.series': operation({ summary: 'What the two plots of the Data view draw', input: z.object({}), output: DataSeries }),
  'data.ingestEvents': operation({
    summary: 'Read what the server received into the workspace',
    input: z.object({}),
    output: z.object({ accepted: z.number(), duplicates: z.number(), rejected: z.number() }),
  }),
};
