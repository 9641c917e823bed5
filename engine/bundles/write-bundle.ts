import { copyFile, mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BundleManifest } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import { openApiDocument } from '#contract/open-api';
import { createFolderAtomic, sha256, sha256File, writeDurable } from '../files/atomic.ts';
import type { NamedArrays } from '../math/arrays.ts';
import { encodeSafetensors } from '../math/safetensors.ts';
import { encodeAttributes } from './attribute-arrays.ts';
import type { BundleContents } from './contents.ts';
import { arrayNames, bundleFiles, fileLimits } from './layout.ts';
import { encodeManifest } from './manifest.ts';
import { encodeTexts } from './text-array.ts';

const goodName = /^(?!\.)[^\p{Cc}/\\]{1,100}$/u;

function check(contents: BundleContents): void {
  const { name, version, userIds, itemIds, userEmbeddings, itemEmbeddings, popularity, seen } = contents;
  for (const text of [name, version]) {
    if (!goodName.test(text)) {
      throw new EngineError(
        'invalid_input',
        `"${text}" cannot name a bundle: 1 to 100 characters, no slash, no control character, no dot in front.`,
      );
    }
  }
  const wrong =
    (userEmbeddings.rows !== userIds.length && `${userEmbeddings.rows} user vectors for ${userIds.length} users`) ||
    (itemEmbeddings.rows !== itemIds.length && `${itemEmbeddings.rows} item vectors for ${itemIds.length} items`) ||
    (userEmbeddings.columns !== itemEmbeddings.columns &&
      `user vectors of ${userEmbeddings.columns} and item vectors of ${itemEmbeddings.columns} dimensions`) ||
    (popularity.length !== itemIds.length && `${popularity.length} popularities for ${itemIds.length} items`) ||
    (contents.known.length !== userIds.length && `${contents.known.length} marks of known users for ${userIds.length}`) ||
    (contents.attributes.users.rows !== userIds.length && `attributes of ${contents.attributes.users.rows} users for ${userIds.length}`) ||
    (contents.attributes.items.rows !== itemIds.length && `attributes of ${contents.attributes.items.rows} items for ${itemIds.length}`) ||
    (seen.indptr.length !== userIds.length + 1 && `seen items of ${seen.indptr.length - 1} users for ${userIds.length}`);
  if (wrong) throw new EngineError('bad_data', `The run cannot be packed: it has ${wrong}. Train it again.`);
}

function modelArrays(contents: BundleContents): NamedArrays {
  const { userIds, itemIds, userEmbeddings, itemEmbeddings, popularity, seen, known } = contents;
  const dimensions = itemEmbeddings.columns;
  return {
    ...encodeTexts(arrayNames.userIds, userIds),
    ...encodeTexts(arrayNames.itemIds, itemIds),
    [arrayNames.userEmbeddings]: { shape: [userIds.length, dimensions], data: userEmbeddings.data },
    [arrayNames.itemEmbeddings]: { shape: [itemIds.length, dimensions], data: itemEmbeddings.data },
    [arrayNames.popularity]: { shape: [popularity.length], data: popularity },
    [arrayNames.seenIndptr]: { shape: [seen.indptr.length], data: seen.indptr },
    [arrayNames.seenIndices]: { shape: [seen.indices.length], data: seen.indices },
    ...(seen.types
      ? {
          [arrayNames.seenTypes]: { shape: [seen.types.length], data: seen.types },
          ...encodeTexts(arrayNames.seenTypeNames, seen.typeNames),
        }
      : {}),
    [arrayNames.known]: { shape: [userIds.length], data: known },
  };
}

async function copyDurable(from: string, to: string): Promise<{ sizeBytes: number; sha256: string }> {
  await copyFile(from, to);
  const handle = await open(to, 'r+');
  await handle.sync().finally(() => handle.close());
  return { sizeBytes: (await stat(to)).size, sha256: await sha256File(to) };
}

/**
 * Writes a bundle: the folder appears whole, with its manifest, or not at all. It must not exist yet.
 * Throws `bad_data` where the arrays do not agree or hold a number that is not finite.
 */
export async function writeBundle(folder: string, contents: BundleContents): Promise<BundleManifest> {
  check(contents);
  const { run, ranker } = contents;
  let manifest: BundleManifest | undefined;
  await mkdir(path.dirname(path.resolve(folder)), { recursive: true });
  await createFolderAtomic(folder, async (staging) => {
    const files: BundleManifest['files'] = [];
    const add = async (name: string, bytes: Uint8Array | string): Promise<void> => {
      const sizeBytes = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
      if (sizeBytes > (fileLimits[name] ?? 0)) {
        throw new EngineError(
          'too_large',
          `${name} would have ${sizeBytes} bytes; a bundle holds ${fileLimits[name]} at most. Train with fewer dimensions.`,
        );
      }
      await writeDurable(path.join(staging, name), bytes);
      files.push({ path: name, sizeBytes, sha256: sha256(bytes) });
    };
    await add(bundleFiles.model, encodeSafetensors(modelArrays(contents)));
    const attributes = { ...encodeAttributes('user', contents.attributes.users), ...encodeAttributes('item', contents.attributes.items) };
    await add(bundleFiles.attributes, encodeSafetensors(attributes));
    if (ranker) await add(bundleFiles.ranker, encodeSafetensors(ranker.arrays));
    await add(bundleFiles.modelCard, contents.modelCard);
    await add(bundleFiles.openApi, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
    for (const [name, from] of [
      [bundleFiles.users, contents.tables.users],
      [bundleFiles.items, contents.tables.items],
    ] as const) {
      if (from !== undefined) files.push({ path: name, ...(await copyDurable(from, path.join(staging, name))) });
    }
    manifest = {
      format: 'recsmith-bundle',
      formatVersion: 1,
      name: contents.name,
      version: contents.version,
      createdAt: contents.createdAt,
      dataAsOf: contents.dataAsOf,
      ...(contents.eventsThrough !== undefined ? { eventsThrough: contents.eventsThrough } : {}),
      positives: contents.positives,
      run: run.id,
      model: run.model,
      modelLabel: run.label,
      params: run.params,
      seed: run.seed,
      dataFingerprint: run.dataFingerprint,
      ranker: ranker && { run: ranker.run, model: ranker.model, label: ranker.label },
      counts: {
        users: contents.userIds.length,
        items: contents.itemIds.length,
        dimensions: contents.itemEmbeddings.columns,
        newUsers: contents.newUsers,
        newItems: contents.newItems,
        updatedUsers: contents.updatedUsers,
      },
      metrics: run.metrics,
      ...(ranker ? { rankerMetrics: ranker.metrics } : {}),
      vectorIndex: contents.vectorIndex,
      versions: run.versions,
      files,
    };
    await writeDurable(path.join(staging, bundleFiles.manifest), encodeManifest(manifest));
  });
  return manifest as BundleManifest;
}
