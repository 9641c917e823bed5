import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The first of the programs that is on the path, whole; undefined where none is. Starts nothing. */
export function findProgram(
  names: string[],
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string | undefined {
  const folders = (env.PATH ?? env.Path ?? '').split(platform === 'win32' ? ';' : ':').filter((folder) => folder.length > 0);
  const endings = platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  for (const name of names) {
    for (const folder of folders) {
      for (const ending of endings) {
        const file = path.join(folder, name + ending);
        if (canRun(file)) return file;
      }
    }
  }
  return undefined;
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
