import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';

/** The real place of `path` when it lies in the open workspace, else null: the window may not point a file manager anywhere else. */
export function insideWorkspace(path: string, workspace: string | null): string | null {
  if (workspace === null) return null;
  try {
    const root = realpathSync(workspace);
    const target = realpathSync(resolve(root, path));
    return target === root || target.startsWith(root + sep) ? target : null;
  } catch {
    return null;
  }
}
