import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BundleInfo, BundleManifest, type PositiveRule } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import type { HandlersOf } from '#contract/operations';
import type { Run } from '#contract/run';
import type { BundleAttributes, BundleContents, SeenItems } from '../bundles/contents.ts';
import { bundleFiles } from '../bundles/layout.ts';
import { verifyBundle } from '../bundles/verify-bundle.ts';
import { writeBundle } from '../bundles/write-bundle.ts';
import { readWeights } from '../data/event-types.ts';
import { exportTable } from '../data/export-table.ts';
import { readServedTables } from '../data/served-attributes.ts';
import { readTrainingData, type TrainingData } from '../data/training-data.ts';
import { widenInteractionState } from '../features/interaction-state.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { layout } from '../workspace/layout.ts';
import { assertId, listFolderManifests, newId, readFolderManifest } from '../workspace/manifests.ts';
import { ingestEvents } from './data.ts';
import { readSelected } from './datasets.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { modelCard } from './model-card.ts';
import { readRun, readRunArrays, readRunIds, readTrainingItems } from './run-store.ts';
import { inRowsOf, type Served, servedVectors } from './served-newcomers.ts';
import { inRows, seenIn } from './served-tables.ts';
import { listVectorIndexes } from './vector-indexes.ts';

/** Files of a bundle and their bytes, the manifest among them, as whoever looks into the folder counts them. */
async function extentOf(folder: string, manifest: BundleManifest): Promise<{ files: number; sizeBytes: number }> {
  const { size } = await stat(path.join(folder, bundleFiles.manifest));
  return { files: manifest.files.length + 1, sizeBytes: manifest.files.reduce((sum, file) => sum + file.sizeBytes, size) };
}

interface Use {
  seen: SeenItems;
  attributes: BundleAttributes;
  popularity: Float32Array;
  dataAsOf: string;
  positives: PositiveRule;
}

/** What users had of any kind, and how popular each item is among what counts as positive, in the rows of a bundle. */
async function readUse(context: EngineContext, run: Run, { userIds, itemIds }: Served, selected: TrainingData): Promise<Use> {
  const { database } = requireSession(context);
  const ids = { users: userIds, items: itemIds };
  const positive = inRowsOf(ids, selected);
  const all = inRowsOf(ids, await readTrainingData(database, { minValue: -Number.MAX_VALUE }));
  const tables = await readServedTables(database);
  const popularity = new Float32Array(itemIds.length);
  for (const item of positive.items) popularity[item] = (popularity[item] as number) + 1;
  const last = all.timestamps.reduce((latest, time) => (time > latest ? time : latest), 0);
  return {
    // Somebody who disliked an item has seen it all the same.
    seen: seenIn(ids, tables),
    attributes: { users: inRows(userIds, tables.userIds, tables.users), items: inRows(itemIds, tables.itemIds, tables.items) },
    popularity,
    // A date in the future says nothing of what came since.
    dataAsOf: new Date(Math.min(last, Date.now())).toISOString(),
    positives: {
      minValue: selected.threshold,
      appliesTo: run.selection.minValue === 'auto' ? 'ratings' : 'all',
      eventTypes: run.selection.eventTypes ?? null,
      weights: await readWeights(database),
    },
  };
}

/** A ranker with room for those who came after its training: nothing has happened to them yet. */
function widened(packed: BundleContents['ranker'], { userIds, itemIds }: Served): BundleContents['ranker'] {
  return packed && { ...packed, arrays: widenInteractionState(packed.arrays, userIds.length, itemIds.length) };
}

interface BundleInput {
  run: string;
  ranker?: string | undefined;
  out?: string | undefined;
  activate: boolean;
}

async function rankerOf(context: EngineContext, retrieval: Run, id: string): Promise<{ run: Run; packed: BundleContents['ranker'] }> {
  const { workspace } = requireSession(context);
  const run = await readRun(workspace.path, id);
  if (run.role !== 'ranking' || run.retrievalRun !== retrieval.id) {
    throw new EngineError(
      'invalid_input',
      `Run ${id} does not rank for run ${retrieval.id}: it learned on ${run.retrievalRun ?? 'no embeddings'}. Name a ranking run of ${retrieval.id}.`,
    );
  }
  const { model, label, metrics } = run;
  return { run, packed: { run: id, model, label, metrics, arrays: await readRunArrays(workspace.path, id) } };
}

/** Packs a run with its ranker and its vector index, checks the result, and makes it the one that is served unless told otherwise. */
export async function createBundle(context: EngineContext, input: BundleInput, work: WorkContext): Promise<BundleInfo> {
  const { workspace, database } = requireSession(context);
  const run = await readRun(workspace.path, input.run);
  const ranker = input.ranker ? await rankerOf(context, run, input.ranker) : null;
  const arrays = await readRunArrays(workspace.path, run.id);
  const ids = await readRunIds(workspace.path, run.id);
  const index = (await listVectorIndexes(workspace.path)).find((candidate) => candidate.run === run.id);
  const id = newId('bundle');
  const folder = input.out ? path.resolve(input.out) : layout.bundle(workspace.path, id);
  if (existsSync(folder)) {
    throw new EngineError(
      'conflict',
      `${folder} is there already. A bundle gets a folder of its own: name a new one, or delete that one.`,
      { folder },
    );
  }
  const tables = await mkdtemp(path.join(tmpdir(), 'recsmith-tables-'));
  let manifest: BundleManifest;
  try {
    await work.checkpoint({ phase: 'Packing the bundle' });
    const users = path.join(tables, 'users.parquet');
    const items = path.join(tables, 'items.parquet');
    await exportTable(database, 'users', users);
    await exportTable(database, 'items', items);
    const { kind, precision, connectivity, expansionAdd, expansionSearch } = index ?? { kind: 'exact' as const, precision: 'f32' as const };
    const selected = await readTrainingData(database, run.selection);
    const trained = await readTrainingItems(workspace.path, run.id);
    const served = await servedVectors(context, { run, ids, arrays, trained, selected }, work);
    const { userIds, itemIds, known, newUsers, newItems, updatedUsers } = served;
    const { seen, attributes, popularity, dataAsOf, positives } = await readUse(context, run, served, selected);
    manifest = await writeBundle(folder, {
      name: workspace.manifest.name,
      version: id.replace(/^bundle-/, ''),
      createdAt: new Date().toISOString(),
      seen,
      popularity,
      dataAsOf,
      eventsThrough: ranker?.run.eventsThrough,
      positives,
      known,
      run,
      attributes,
      userIds,
      itemIds,
      newUsers,
      newItems,
      updatedUsers,
      userEmbeddings: served.users,
      itemEmbeddings: served.items,
      ranker: widened(ranker?.packed ?? null, served),
      vectorIndex: {
        kind,
        precision,
        ...(connectivity !== undefined ? { connectivity } : {}),
        ...(expansionAdd !== undefined ? { expansionAdd } : {}),
        ...(expansionSearch !== undefined ? { expansionSearch } : {}),
      },
      tables: { users, items },
      modelCard: modelCard(workspace.manifest.name, run, ranker?.run ?? null, served),
    });
  } finally {
    await rm(tables, { recursive: true, force: true });
  }
  await work.checkpoint({ phase: 'Checking the bundle' });
  // What is to be served is verified where it is activated.
  if (input.activate && !input.out) return activateBundle(context, id);
  const { files, sizeBytes } = await verifyBundle(folder);
  return { id: path.basename(folder), path: folder, active: false, files, sizeBytes, manifest };
}

export async function readBundleInfo(context: EngineContext, id: string): Promise<BundleInfo> {
  const { workspace } = requireSession(context);
  assertId(id, 'bundle');
  const folder = layout.bundle(workspace.path, id);
  const manifest = await readFolderManifest(folder, bundleFiles.manifest, BundleManifest, 'bundle');
  return { id, path: folder, active: workspace.manifest.activeBundle === id, ...(await extentOf(folder, manifest)), manifest };
}

/** The bundles of the workspace, newest first. */
export async function listBundles(context: EngineContext): Promise<BundleInfo[]> {
  const { workspace } = requireSession(context);
  const manifests = await listFolderManifests(layout.bundles(workspace.path), bundleFiles.manifest, BundleManifest, 'bundle');
  // Names say the second, and two may be made within one.
  manifests.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  return Promise.all(manifests.map((manifest) => readBundleInfo(context, `bundle-${manifest.version}`)));
}

/** Makes a bundle the one that is served. A running server swaps first: a bundle that it refuses never becomes active. */
export async function activateBundle(context: EngineContext, id: string): Promise<BundleInfo> {
  const { workspace } = requireSession(context);
  const bundle = await readBundleInfo(context, id);
  await verifyBundle(bundle.path);
  if (context.server.status().state === 'running') {
    await context.server.swap(bundle.path, id);
    await context.state.update((state) => (state.serving ? { ...state, serving: { ...state.serving, bundle: id } } : state));
  }
  await workspace.update({ activeBundle: id });
  context.emit({ type: 'workspace.changed' });
  return { ...bundle, active: true };
}

/** The bundle that is served, and whether training now would see just the data that it was made of. */
async function currentBundle(context: EngineContext): Promise<{ bundle: BundleInfo; upToDate: boolean } | null> {
  const { workspace } = requireSession(context);
  const id = workspace.manifest.activeBundle;
  if (!id) return null;
  const bundle = await readBundleInfo(context, id);
  await ingestEvents(context);
  const { selection } = await readRun(workspace.path, bundle.manifest.run);
  const { fingerprint } = await readSelected(context, selection);
  return { bundle, upToDate: fingerprint === bundle.manifest.dataFingerprint };
}

export function bundleHandlers(context: EngineContext): HandlersOf<'bundle'> {
  return {
    'bundle.create': async (input) => {
      requireSession(context);
      return context.jobs.start('bundle', `Bundle ${input.run}`, async (work) => {
        await ingestEvents(context);
        return createBundle(context, input, work);
      });
    },
    'bundle.list': () => listBundles(context),
    'bundle.current': () => currentBundle(context),
    'bundle.verify': async ({ path: folder }) => {
      const full = path.resolve(folder);
      return { path: full, ...(await verifyBundle(full)) };
    },
    'bundle.activate': ({ id }) => activateBundle(context, id),
  };
}
