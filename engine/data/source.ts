import type { ColumnMapping, Entity } from '#contract/data';
import type { Session } from './session.ts';

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

/** How records of text are found again: what ends a field, what quotes it (empty: nothing does), and whether the first record names the columns. */
export interface TextRecords {
  delimiter: string;
  quote: string;
  header: boolean;
}

export interface LocatedLine {
  /** 1-based; of what has no lines, the number of the row. */
  line: number;
  raw: string;
}

/** How the rows of a file are read. Each format makes its own. */
export interface Reading {
  /**
   * The rows as SQL, for a FROM clause, in the order of the file. Columns are VARCHAR but for those that `types` names, where cells are `read`.
   */
  relation(readPath: string, types: Record<string, string>): string;
  /**
   * `read`: text that the reader turns into the types asked for, NULL where it is empty; what does not fit goes to DuckDB's `reject_errors`, as do lines with too few
   * or too many columns. `text`: each cell is a text, and a record that cannot be taken apart is in `brokenColumn`. `typed`: of types that the file has.
   */
  cells: 'read' | 'text' | 'typed';
  /** Columns that are times by the file's own type. */
  timeColumns?: readonly string[];
  /** How a row is found again by its place, for its line and text: as text, or by SQL. */
  records: TextRecords | ((session: Session, readPath: string, places: readonly number[]) => Promise<LocatedLine[]>);
}

/** A file that was looked at: how to read it and what is in it. */
export interface Source {
  /** As the caller gave it: it names the file in rejects and in the list of imports. */
  path: string;
  /** What is read: the same file, or what `prepare` made of it. */
  readPath: string;
  /** Id of its format. */
  format: string;
  entity: Entity;
  columns: SourceColumn[];
  /** The first rows, as text. */
  sample: (string | null)[][];
  reading: Reading;
  /** Columns that stand in the path (`type=click/part-1.csv`) and hold the same in each row. */
  constants: Record<string, string>;
  /** What the type of interactions is where no column says it. */
  defaultType?: string;
  /** Named zone of times that say none; UTC where absent. */
  timeZone?: string;
  /** Writes what is to be read instead of the file: in UTF-8, unpacked, or taken out of a format that DuckDB does not read. */
  prepare?: (target: string) => Promise<void>;
  /** The same for text whose lines end in different ways. */
  mend?: (target: string) => Promise<void>;
  /** About how many rows there are, where that can be told without reading them. */
  expectedRows?: number | undefined;
  mapping: ColumnMapping;
  /** Why each role was given to its column. */
  reasons: Record<string, string>;
}

export const roles = ['user', 'item', 'type', 'value', 'timestamp', 'event', 'session', 'context'] as const;
export type Role = (typeof roles)[number];

/** What a format found in a file, before roles are given. */
export interface Found {
  reading: Reading;
  names: string[];
  sample: (string | null)[][];
  header: boolean;
  entity?: Entity | undefined;
  declared?: Record<string, AttributeKind>;
  prepare?: (target: string) => Promise<void>;
  expectedRows?: number | undefined;
}
