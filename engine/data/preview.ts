import type { ColumnMapping, Entity, FileFormat, FilePreview } from '#contract/data';
import { kindOfPath, unreadable } from './file-head.ts';
import { openSource } from './open-source.ts';

const typeNames = { text: 'text', number: 'number', time: 'timestamp', list: 'list', empty: 'empty' } as const;

/** A file as it would be imported: format, guessed roles with their reasons, first 50 rows. Nothing is stored. */
export async function previewFile(input: {
  path: string;
  as?: Entity | undefined;
  format?: FileFormat | undefined;
  map?: ColumnMapping | undefined;
}): Promise<FilePreview> {
  if ((await kindOfPath(input.path)) === 'folder')
    throw unreadable(input.path, Object.assign(new Error('it is a folder'), { code: 'EISDIR' }));
  const { path, format, entity, mapping, reasons, columns, sample } = await openSource(input.path, input);
  return {
    path,
    format,
    entity,
    mapping,
    reasons,
    columns: columns.map(({ name, content, declared }) => ({ name, type: declared ?? typeNames[content] })),
    rows: sample.slice(0, 50).map((row) => columns.map((_, index) => row[index] ?? null)),
  };
}
