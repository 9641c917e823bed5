import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerOptions } from 'node:https';
import { EngineError } from '#contract/errors';

async function read(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EngineError(
      'unreadable_file',
      `The ${what} ${file} cannot be read (${code}). Give the path of a PEM file.`,
      { file },
      { cause: error },
    );
  }
}

/** What parsing throws may quote the file; it is not handed on. */
function parsed<T>(file: string, words: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new EngineError('unreadable_file', `${file} ${words}`, { file });
  }
}

/** A certificate and its private key, as PEM files. Throws `unreadable_file` for files that are none, do not belong together, or have expired. */
export async function readTls({ cert, key }: { cert: string; key: string }): Promise<ServerOptions> {
  const [certText, keyText] = [await read(cert, 'certificate'), await read(key, 'private key')];
  const certificate = parsed(cert, 'holds no certificate in PEM form.', () => new X509Certificate(certText));
  const privateKey = parsed(key, 'holds no private key in PEM form, or one with a passphrase; give one without.', () =>
    createPrivateKey(keyText),
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new EngineError('unreadable_file', `The private key in ${key} is not that of the certificate in ${cert}. Give a pair.`, {
      cert,
      key,
    });
  if (Date.parse(certificate.validTo) < Date.now())
    throw new EngineError('unreadable_file', `The certificate in ${cert} has expired on ${certificate.validTo}. Renew it.`, { file: cert });
  return { cert: certText, key: keyText, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 };
}
