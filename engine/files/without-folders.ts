/** What may stand after a folder where a text names it, and what ends the path. */
const pathEnd = '[\\s"\'`<>|:;,()]';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Makes words for readers elsewhere: of each path in one of these folders only its last name stays, since where files lie on this machine is nobody else's
 * business, and helps nobody else.
 */
export function withoutFolders(folders: readonly string[]): (text: string) => string {
  const roots = folders.map((folder) => folder.replace(/[\\/]+$/, '')).filter((folder) => folder.length > 1);
  if (roots.length === 0) return (text) => text;
  const tail = `(?:[\\\\/]${pathEnd.replace('[', '[^')}*|(?=\\.?${pathEnd}|\\.?$))`;
  const path = new RegExp(`(?:${roots.map(escaped).join('|')})${tail}`, 'g');
  return (text) =>
    text.replace(path, (found) => {
      const [, whole = '', end = ''] = /^(.*?)([\\/.]*)$/s.exec(found) ?? [];
      return `${whole.slice(Math.max(whole.lastIndexOf('/'), whole.lastIndexOf('\\')) + 1)}${end.replace(/[\\/]/g, '')}`;
    });
}
