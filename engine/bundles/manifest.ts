import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { BundleManifest } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import { explainIssues } from '#contract/issue-words';
import { sha256 } from '../files/atomic.ts';
import { bundleFiles, fileLimits } from './layout.ts';

/** Refuses a bundle: names the folder, the file and the reason. */
export function refuse(folder: string, file: string, reason: string): never {
  throw new EngineError(
    'bundle_refused',
    `The bundle ${folder} is refused: ${file}: ${reason} Make the bundle again, or copy it again from its source.`,
    {
      folder,
      file,
    },
  );
}

const checksumLine = /"checksum": "([0-9a-f]{64})"(?=\n}\n$)/;
const noChecksum = '0'.repeat(64);

/** The text of bundle.json, sealed with its own checksum. */
export function encodeManifest(manifest: BundleManifest): string {
  const text = `${JSON.stringify({ ...manifest, checksum: noChecksum }, null, 2)}\n`;
  return text.replace(checksumLine, `"checksum": "${sha256(text)}"`);
}

function decodeManifest(folder: string, text: string): BundleManifest {
  const file = bundleFiles.manifest;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    refuse(folder, file, 'it is not JSON.');
  }
  const { format, formatVersion } = (json ?? {}) as Record<string, unknown>;
  if (format === 'recsmith-bundle' && typeof formatVersion === 'number' && formatVersion > 1) {
    refuse(folder, file, `it has format version ${formatVersion}, and this Recsmith reads version 1. Update Recsmith.`);
  }
  const checksum = checksumLine.exec(text)?.[1];
  if (!checksum || sha256(text.replace(checksumLine, `"checksum": "${noChecksum}"`)) !== checksum) {
    refuse(folder, file, 'it was changed after it was written: its checksum does not match.');
  }
  const parsed = BundleManifest.safeParse(json);
  if (!parsed.success) {
    refuse(folder, file, `${explainIssues(parsed.error, json, 'the manifest').sentence}.`);
  }
  return parsed.data;
}

/** A regular file of a size that its name may have; no link, no folder. Returns the size. */
export async function checkFile(folder: string, name: string): Promise<number> {
  const facts = await lstat(path.join(folder, name)).catch(() => refuse(folder, name, 'it is missing.'));
  if (facts.isSymbolicLink()) refuse(folder, name, 'it is a link to somewhere else.');
  if (!facts.isFile()) refuse(folder, name, 'it is not a regular file.');
  const limit = fileLimits[name] ?? 0;
  if (facts.size > limit) refuse(folder, name, `it has ${facts.size} bytes, more than the ${limit} that it may have.`);
  return facts.size;
}

/** Reads and checks bundle.json: its schema, its checksum, and that it lists only files that a bundle may have. */
export async function readManifest(folder: string): Promise<BundleManifest> {
  const facts = await lstat(folder).catch(() => null);
  if (!facts) throw new EngineError('not_found', `There is no folder ${folder}. Give the folder of a bundle.`, { folder });
  await checkFile(folder, bundleFiles.manifest);
  const manifest = decodeManifest(folder, await readFile(path.join(folder, bundleFiles.manifest), 'utf8'));
  const names = new Set<string>();
  for (const { path: name } of manifest.files) {
    if (!Object.hasOwn(fileLimits, name) || name === bundleFiles.manifest) refuse(folder, name, 'no bundle has a file of this name.');
    if (names.has(name)) refuse(folder, name, 'it is listed twice.');
    names.add(name);
  }
  if (!names.has(bundleFiles.model)) refuse(folder, bundleFiles.model, 'it is not listed.');
  if (manifest.ranker && !names.has(bundleFiles.ranker))
    refuse(folder, bundleFiles.ranker, 'it is not listed, though the bundle has a ranker.');
  return manifest;
}
