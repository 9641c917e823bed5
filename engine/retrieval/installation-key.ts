import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import { writeDurable } from '../files/atomic.ts';

const keyBytes = 32;

/**
 * The secret of this installation, made when first asked for: with it an index file is sealed, so that only files written here are ever
 * opened by native code.
 * @param folder where the installation keeps its own data; the file is readable by its owner only
 */
export async function readInstallationKey(folder: string): Promise<Uint8Array> {
  const file = path.join(folder, 'installation.key');
  const read = async (): Promise<Uint8Array | null> => {
    const bytes = await readFile(file).catch(() => null);
    if (bytes && bytes.length !== keyBytes) {
      throw new EngineError(
        'bad_data',
        `${file} is damaged: it has ${bytes.length} bytes instead of ${keyBytes}. Delete it; indexes are then built anew.`,
      );
    }
    return bytes;
  };
  const present = await read();
  if (present) return present;
  await mkdir(folder, { recursive: true });
  const temporary = path.join(folder, `.key.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await writeDurable(temporary, randomBytes(keyBytes));
    await chmod(temporary, 0o600);
    // A link fails where the name is taken: of two processes that start at once, one key wins.
    await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(temporary, { force: true });
  }
  return (await read()) as Uint8Array;
}
