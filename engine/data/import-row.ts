import type { Entity } from '#contract/data';
import type { Row } from './session.ts';

/** A row of the table `imports`. */
export interface ImportRow extends Row {
  import_id: number;
  path: string;
  entity: Entity;
  format: string;
  size_bytes: bigint;
  sha256: string;
  rows_read: bigint;
  accepted: bigint;
  rejected: bigint;
  duplicates: bigint;
  seconds: number;
  imported_at: Date;
  mapping: string;
  incomplete: boolean | null;
  attributes_before: string | null;
}
