import type { ImportedFile } from '#contract/data';
import { formatCount } from '../../format/numbers.ts';
import { baseName } from '../../format/text.ts';

/** What undoing an import takes away, to be confirmed. */
export function undoText({ path, entity, accepted }: Pick<ImportedFile, 'path' | 'entity' | 'accepted'>): string {
  if (entity !== 'interactions') return `The ${entity} and their attributes become what they were before ${baseName(path)} was imported.`;
  return `${formatCount(accepted)} interactions of ${baseName(path)} are taken out again, with its rejects. Rows that other imports have in common with it go too: importing those files again brings them back. The file itself stays where it is.`;
}
