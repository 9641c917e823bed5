import { defaultEventWeights, type FilePreview } from '#contract/data';
import { kindOfPath, unreadable } from './file-head.ts';
import { isPostgres } from './formats/database-file.ts';
import { typeWithout } from './import-interactions.ts';
import { openSource, type SourceOptions } from './open-source.ts';

const typeNames = { text: 'text', number: 'number', time: 'timestamp', list: 'list', empty: 'empty' } as const;

/** A file as it would be imported: format, guessed roles with their reasons, first 50 rows. Nothing is stored. */
export async function previewFile({
  path,
  weights = {},
  ...options
}: SourceOptions & { path: string; weights?: Record<string, number> }): Promise<FilePreview> {
  if (!isPostgres(path) && (await kindOfPath(path)) === 'folder')
    throw unreadable(path, Object.assign(new Error('it is a folder'), { code: 'EISDIR' }));
  const source = await openSource(path, { ...options, roles: 'whatever' });
  const { format, entity, mapping, reasons, columns, sample, encoding } = source;
  const typeAt = columns.findIndex(({ name }) => name === mapping.type);
  const types = new Map<string, number>();
  if (entity === 'interactions') {
    for (const row of sample) {
      const type = row[typeAt] || typeWithout(source);
      types.set(type, (types.get(type) ?? 0) + 1);
    }
  }
  const weightOf = (type: string): number =>
    weights[type] ?? (Object.hasOwn(defaultEventWeights, type) ? (defaultEventWeights[type] as number) : 1);
  return {
    path,
    format,
    entity,
    mapping,
    reasons,
    columns: columns.map(({ name, content, declared }) => ({ name, type: declared ?? typeNames[content] })),
    rows: sample.slice(0, 50).map((row) => columns.map((_, index) => row[index] ?? null)),
    encoding,
    eventTypes: [...types].map(([type, count]) => ({ type, count, weight: weightOf(type) })).sort((a, b) => b.count - a.count),
  };
}
