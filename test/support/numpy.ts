import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'vitest';

/** The Python that second implementations run in. */
const python = process.env.RECSMITH_PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');

/** Whether numpy is there; where it is not, says on stderr what is not compared. */
export function hasNumpy(what: string): boolean {
  const found = spawnSync(python, ['-c', 'import numpy']).status === 0;
  if (!found)
    process.stderr.write(
      `${what} is not compared with numpy: "${python} -c 'import numpy'" fails. RECSMITH_PYTHON names another Python.\n`,
    );
  return found;
}

/** What a program of `test/peers` answers to some input, JSON both ways. Fails where it complains. */
export function askPeer<T>(program: string, input: unknown): T {
  const answer = spawnSync(python, [path.resolve('test/peers', program)], { input: JSON.stringify(input), encoding: 'utf8' });
  expect(answer.stderr).toBe('');
  return JSON.parse(answer.stdout) as T;
}
