import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { EngineError } from '#contract/errors';
import { writeAtomic } from '../files/atomic.ts';
import { privateFile, type SecretFolder } from './secret-folder.ts';

const name = 'token-secret';
const form = /^[A-Za-z0-9_-]{43}$/;

async function read(file: string): Promise<Buffer | null> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new EngineError('unavailable', `${file} cannot be read. Look at its rights.`, { file }, { cause: error });
  }
  // An empty or short secret would let anybody sign.
  if (!form.test(text))
    throw new EngineError('unavailable', `${file} is damaged. Delete it: a new one is made, and all tokens have to be fetched again.`, {
      file,
    });
  return Buffer.from(text, 'base64url');
}

/** The 256 bits that tokens are signed with: made here at first use, different in every folder. */
export async function signingSecret(folder: SecretFolder): Promise<Buffer> {
  const file = folder.file(name);
  const known = await read(file);
  if (known) return known;
  return folder.alone(async () => {
    const made = await read(file);
    if (made) return made;
    const secret = randomBytes(32);
    await writeAtomic(file, `${secret.toString('base64url')}\n`, privateFile);
    return secret;
  });
}
