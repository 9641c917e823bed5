import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const LIMIT_BYTES = 1_000_000;

/**
 * What happened to the app's processes, a line each, to find out afterwards why one ended. A full file becomes `<file>.1`.
 * @param now for tests.
 */
export function createShellLog(file: string, now: () => Date = () => new Date()): (text: string) => void {
  return (text) => {
    try {
      mkdirSync(dirname(file), { recursive: true });
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= LIMIT_BYTES) renameSync(file, `${file}.1`);
      appendFileSync(file, `${now().toISOString()} ${text.replaceAll('\n', ' ')}\n`);
    } catch {
      // A log that cannot be written must not be what ends the app.
    }
  };
}
