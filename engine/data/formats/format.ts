import type { Entity } from '#contract/data';
import type { FileHead } from '../file-head.ts';
import type { Found } from '../source.ts';

/** What a caller said about a file. */
export interface FormatOptions {
  delimiter?: string | undefined;
  /** Of a database: which table. */
  table?: string | undefined;
}

/** A file as it is given to a format. */
export interface FormatFile {
  path: string;
  /** Its name in lower case without folder and packing. */
  name: string;
  head: FileHead;
  /** What its name says that it holds. */
  entityByName: Entity | undefined;
  options: FormatOptions;
}

/** A way in which event logs are written. Adding one is a file that makes it, and a line in `formats.ts`. */
export interface Format {
  /** For `--format`. */
  id: string;
  label: string;
  /** Of file names, without packing: what a folder's files and a dialog are told apart by. */
  endings: readonly string[];
  /** Whether a file is of this format, as far as name and first bytes tell. The first format that says so has it. */
  claims(file: FormatFile): boolean;
  /** Throws `bad_data` or `unreadable_file` in words. */
  open(file: FormatFile): Promise<Found>;
}

export const hasEnding = ({ endings }: Pick<Format, 'endings'>, name: string): boolean => endings.some((ending) => name.endsWith(ending));

export const startsWith = ({ bytes }: FileHead, sign: string): boolean =>
  Buffer.from(bytes.subarray(0, sign.length)).toString('latin1') === sign;
