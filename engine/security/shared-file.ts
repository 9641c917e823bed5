import { readFileSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { EngineError } from '#contract/errors';
import { writeAtomic } from '../files/atomic.ts';
import { privateFile, type SecretFolder } from './secret-folder.ts';

/** A small JSON file that several processes read and change. */
export interface SharedFile<T> {
  /** What the file holds, as of at most 300 ms ago. Throws `unavailable` where it cannot be understood: nobody is let in by a damaged file. */
  read(): T;
  /** Changes what the file holds now; durable when done. */
  update<R>(change: (value: T) => { value: T; result: R }): Promise<R>;
}

/** How long what was read is believed: a key that another process ended is refused well within a second. */
const believedMs = 300;

function stampOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.mtimeNs} ${stat.size}` : 'none';
}

/** @param empty what a file that is not there yet stands for */
export function sharedFile<S extends z.ZodType>(
  folder: SecretFolder,
  name: string,
  schema: S,
  empty: z.output<S>,
): SharedFile<z.output<S>> {
  const file = folder.file(name);
  let known = { value: empty, stamp: '', readMs: Number.NEGATIVE_INFINITY };

  const load = (): z.output<S> => {
    try {
      const stamp = stampOf(file);
      if (stamp !== known.stamp) {
        const value = stamp === 'none' ? empty : schema.parse(JSON.parse(readFileSync(file, 'utf8')));
        known = { value, stamp, readMs: 0 };
      }
      known.readMs = performance.now();
      return known.value;
    } catch (error) {
      // What the file says is not told: it may hold parts of secrets.
      const words = `${file} cannot be read or is damaged. Restore it from a backup, or delete it: then all keys in it have to be made again.`;
      throw new EngineError('unavailable', words, { file }, { cause: error });
    }
  };

  return {
    read: () => (performance.now() - known.readMs < believedMs ? known.value : load()),
    update: (change) =>
      folder.alone(async () => {
        const { value, result } = change(load());
        await writeAtomic(file, `${JSON.stringify(value)}\n`, privateFile);
        load();
        return result;
      }),
  };
}
