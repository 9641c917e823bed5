import type { ColumnMapping, ImportedFile } from '#contract/data';
import type { Database } from './database.ts';
import { canUndoEntities } from './entity-undo.ts';
import type { ImportRow } from './import-row.ts';

/** A row of `imports` as the contract has it. A repeated import read the same rows, all of them known already. */
export function importedFile(row: ImportRow, unchanged: boolean, undo: true | string = true): ImportedFile {
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
    undo,
  };
}

/** What was imported, newest first. */
export function listImports(db: Database): Promise<ImportedFile[]> {
  return db.read(async (session) => {
    const files: ImportedFile[] = [];
    for (const row of await session.rows<ImportRow>('SELECT * FROM imports ORDER BY import_id DESC'))
      files.push(importedFile(row, false, row.entity === 'interactions' ? true : await canUndoEntities(session, row)));
    return files;
  });
}
