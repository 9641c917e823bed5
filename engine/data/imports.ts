import type { ColumnMapping, Entity, FileFormat, ImportedFile } from '#contract/data';
import type { Database } from './database.ts';
import type { Row } from './session.ts';

export interface ImportRow extends Row {
  import_id: number;
  path: string;
  entity: Entity;
  format: FileFormat;
  size_bytes: bigint;
  sha256: string;
  rows_read: bigint;
  accepted: bigint;
  rejected: bigint;
  duplicates: bigint;
  seconds: number;
  imported_at: Date;
  mapping: string;
}

/** A row of `imports` as the contract has it. A repeated import read the same rows, all of them known already. */
export function importedFile(row: ImportRow, unchanged: boolean): ImportedFile {
  const rowsRead = Number(row.rows_read);
  const rejected = Number(row.rejected);
  return {
    importId: `import-${row.import_id}`,
    path: row.path,
    entity: row.entity,
    format: row.format,
    sizeBytes: Number(row.size_bytes),
    sha256: row.sha256,
    rowsRead,
    accepted: unchanged ? 0 : Number(row.accepted),
    rejected,
    duplicates: unchanged ? rowsRead - rejected : Number(row.duplicates),
    seconds: row.seconds,
    rowsPerSecond: row.seconds > 0 ? rowsRead / row.seconds : 0,
    importedAt: row.imported_at.toISOString(),
    unchanged,
    mapping: JSON.parse(row.mapping) as ColumnMapping,
  };
}

/** What was imported, newest first. */
export function listImports(db: Database): Promise<ImportedFile[]> {
  return db.read(async (session) =>
    (await session.rows<ImportRow>('SELECT * FROM imports ORDER BY import_id DESC')).map((row) => importedFile(row, false)),
  );
}
