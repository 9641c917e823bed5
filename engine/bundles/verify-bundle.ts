import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { BundleManifest } from '#contract/bundle';
import { sha256File } from '../files/atomic.ts';
import { bundleFiles } from './layout.ts';
import { checkFile, readManifest, refuse } from './manifest.ts';

/**
 * Checks a bundle folder without loading it: the manifest, and of every file that it is there, regular, of the listed size and hash, and that
 * nothing else is there. Throws `bundle_refused` that names the file and the reason.
 */
export async function verifyBundle(folder: string): Promise<{ manifest: BundleManifest; files: number; sizeBytes: number }> {
  const manifest = await readManifest(folder);
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  for (const entry of await readdir(folder)) {
    if (entry !== bundleFiles.manifest && !listed.has(entry))
      refuse(folder, entry, 'it is in the folder, but the manifest does not list it.');
  }
  let sizeBytes = await checkFile(folder, bundleFiles.manifest);
  for (const file of manifest.files) {
    const size = await checkFile(folder, file.path);
    if (size !== file.sizeBytes) refuse(folder, file.path, `it has ${size} bytes, and the manifest says ${file.sizeBytes}.`);
    if ((await sha256File(path.join(folder, file.path))) !== file.sha256) {
      refuse(folder, file.path, 'its contents were changed: the SHA-256 does not match the manifest.');
    }
    sizeBytes += size;
  }
  return { manifest, files: manifest.files.length + 1, sizeBytes };
}
