import type { ColumnMapping, Entity, FileFormat } from '#contract/data';

/** A vector is an embedding that was made elsewhere: a list of numbers, as many in each row. */
export type AttributeKind = 'category' | 'number' | 'list' | 'text' | 'timestamp' | 'vector';

/** What a column holds, as far as the first rows of the file tell. */
export type Content = 'text' | 'number' | 'time' | 'list' | 'empty';

export interface SourceColumn {
  name: string;
  content: Content;
  /** Said by the file itself (RecBole's header, a known layout): no guess. */
  declared?: AttributeKind;
}

export interface Dialect {
  delimiter: string;
  /** Empty where the format knows no quoting. */
  quote: string;
  header: boolean;
  /** Names in the order of the file. */
  columns: string[];
  /** Columns made of the file's own, as SQL over them, where the layout stores one thing in many. */
  derived?: { name: string; sql: string }[];
}

export type Reading =
  | { kind: 'delimited'; dialect: Dialect }
  | { kind: 'jsonl' }
  | { kind: 'adjacency' }
  | { kind: 'parquet'; timeColumns: string[] };

/** A file that was looked at: how to read it and what is in it. */
export interface Source {
  /** As the caller gave it: it names the file in rejects and in the list of imports. */
  path: string;
  /** What is read: the same file, or its copy in UTF-8. */
  readPath: string;
  format: FileFormat;
  entity: Entity;
  columns: SourceColumn[];
  /** The first rows, as text. */
  sample: (string | null)[][];
  reading: Reading;
  /** About how many rows there are, where that can be told without reading them. */
  expectedRows?: number | undefined;
  mapping: ColumnMapping;
  /** Why each role was given to its column. */
  reasons: Record<string, string>;
}

export const roles = ['user', 'item', 'type', 'value', 'timestamp', 'event', 'session', 'context'] as const;
export type Role = (typeof roles)[number];

/** What a reader found in a file, before roles are given. */
export interface Found {
  /** Where the content says more than the name does. */
  format?: FileFormat;
  reading: Reading;
  names: string[];
  sample: (string | null)[][];
  header: boolean;
  entity?: Entity | undefined;
  declared?: Record<string, AttributeKind>;
  expectedRows?: number | undefined;
}
