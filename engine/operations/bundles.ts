import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BundleInfo, BundleManifest, type PositiveRule } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import type { HandlersOf } from '#contract/operations';
import type { Run } from '#contract/run';
import type { BundleContents, SeenItems } from '../bundles/contents.ts';
import { bundleFiles } from '../bundles/layout.ts';
import { verifyBundle } from '../bundles/verify-bundle.ts';
import { writeBundle } from '../bundles/write-bundle.ts';
import { readWeights } from '../data/event-types.ts';
import { exportTable } from '../data/export-table.ts';
import { readTrainingData } from '../data/training-data.ts';
import { groupByUser } from '../evaluation/held-out.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import type { Interactions, Matrix, NamedArrays, SparseMatrix } from '../math/arrays.ts';
import { toSparseMatrix } from '../math/sparse.ts';
import { parseParams } from '../models/parameters.ts';
import { findRetrievalModel } from '../models/registry.ts';
import { layout } from '../workspace/layout.ts';
import { assertId, listFolderManifests, newId, readFolderManifest } from '../workspace/manifests.ts';
import { ingestEvents } from './data.ts';
import { type EngineContext, requireSession } from './engine-context.ts';
import { modelCard } from './model-card.ts';
import { matrixOf, type RunIds, readRun, readRunArrays, readRunIds, readTrainingItems } from './run-store.ts';
import { rowsOf } from './training.ts';
import { listVectorIndexes } from './vector-indexes.ts';

/** Files of a bundle and their bytes, the manifest among them, as whoever looks into the folder counts them. */
async function extentOf(folder: string, manifest: BundleManifest): Promise<{ files: number; sizeBytes: number }> {
  const { size } = await stat(path.join(folder, bundleFiles.manifest));
  return { files: manifest.files.length + 1, sizeBytes: manifest.files.reduce((sum, file) => sum + file.sizeBytes, size) };
}

/** The workspace's interactions in the rows of a run; what the run does not know is left out. */
function inRowsOf(ids: RunIds, data: { userIds: string[]; itemIds: string[]; interactions: Interactions }): Interactions {
  const userRow = rowsOf(ids.users);
  const itemRow = rowsOf(ids.items);
  const users = data.userIds.map((id) => userRow.get(id) ?? -1);
  const items = data.itemIds.map((id) => itemRow.get(id) ?? -1);
  const { interactions } = data;
  const known: number[] = [];
  for (let i = 0; i < interactions.users.length; i++) {
    if ((users[interactions.users[i] as number] as number) >= 0 && (items[interactions.items[i] as number] as number) >= 0) known.push(i);
  }
  return {
    users: Int32Array.from(known, (i) => users[interactions.users[i] as number] as number),
    items: Int32Array.from(known, (i) => items[interactions.items[i] as number] as number),
    weights: Float32Array.from(known, (i) => interactions.weights[i] as number),
    timestamps: Float64Array.from(known, (i) => interactions.timestamps[i] as number),
  };
}

/**
 * Vectors of users, as they are served. Whoever had nothing in the run's training set is folded in from what came since; who has nothing at all keeps
 * the vector of their attributes, and without those is not known.
 */
function servedUsers(run: Run, arrays: NamedArrays, trained: Pick<SparseMatrix, 'indptr'>, use: Use): { users: Matrix; known: Uint8Array } {
  const users = matrixOf(arrays, 'user.embedding');
  const data = users.data.slice();
  const model = findRetrievalModel(run.model);
  const foldIn = model.foldIn?.(arrays, parseParams(model, run.params));
  const known = new Uint8Array(users.rows);
  for (let user = 0; user < users.rows; user++) {
    if ((trained.indptr[user + 1] as number) > (trained.indptr[user] as number)) {
      known[user] = 1;
      continue;
    }
    const items = use.historyOf(user);
    if (items.length > 0 && foldIn) data.set(foldIn(items), user * users.columns);
    known[user] = (items.length > 0 && foldIn) || use.hasAttributes ? 1 : 0;
  }
  return { users: { ...users, data }, known };
}

interface Use {
  seen: SeenItems;
  popularity: Float32Array;
  dataAsOf: string;
  positives: PositiveRule;
  /** Item rows that a user had, oldest first. */
  historyOf(user: number): Int32Array;
  hasAttributes: boolean;
}

/** What users had of any kind, and how popular each item is among what counts as positive. */
async function readUse(context: EngineContext, run: Run, ids: RunIds): Promise<Use> {
  const { database } = requireSession(context);
  const selected = await readTrainingData(database, run.selection);
  const positive = inRowsOf(ids, selected);
  // Somebody who disliked an item has seen it all the same.
  const all = inRowsOf(ids, await readTrainingData(database, { minValue: -Number.MAX_VALUE }));
  const { userFeatures } = selected;
  const { offsets, positions } = groupByUser(positive.users, ids.users.length);
  const popularity = new Float32Array(ids.items.length);
  for (const item of positive.items) popularity[item] = (popularity[item] as number) + 1;
  const last = all.timestamps.reduce((latest, time) => (time > latest ? time : latest), 0);
  return {
    seen: toSparseMatrix(all, ids.users.length, ids.items.length),
    popularity,
    dataAsOf: new Date(last).toISOString(),
    positives: {
      minValue: selected.threshold,
      appliesTo: run.selection.minValue === 'auto' ? 'ratings' : 'all',
      eventTypes: run.selection.eventTypes ?? null,
      weights: await readWeights(database),
    },
    historyOf: (user) => Int32Array.from(positions.subarray(offsets[user], offsets[user + 1]), (at) => positive.items[at] as number),
    hasAttributes: [userFeatures.categories, userFeatures.lists, userFeatures.numbers].some((kind) => kind.length > 0),
  };
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
    const use = await readUse(context, run, ids);
    const { users: userEmbeddings, known } = servedUsers(run, arrays, await readTrainingItems(workspace.path, run.id), use);
    const { seen, popularity, dataAsOf, positives } = use;
    manifest = await writeBundle(folder, {
      name: workspace.manifest.name,
      version: id.replace(/^bundle-/, ''),
      createdAt: new Date().toISOString(),
      seen,
      popularity,
      dataAsOf,
      positives,
      known,
      run,
      userIds: ids.users,
      itemIds: ids.items,
      userEmbeddings,
      itemEmbeddings: matrixOf(arrays, 'item.embedding'),
      ranker: ranker?.packed ?? null,
      vectorIndex: {
        kind,
        precision,
        ...(connectivity !== undefined ? { connectivity } : {}),
        ...(expansionAdd !== undefined ? { expansionAdd } : {}),
        ...(expansionSearch !== undefined ? { expansionSearch } : {}),
      },
      tables: { users, items },
      modelCard: modelCard(workspace.manifest.name, run, ranker?.run ?? null),
    });
  } finally {
    await rm(tables, { recursive: true, force: true });
  }
  await work.checkpoint({ phase: 'Checking the bundle' });
  // What is to be served is verified where it is activated.
  if (input.activate && !input.out) return activate(context, id);
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

/** Makes a bundle the one that is served. A running server swaps first: a bundle that it refuses never becomes active. */
async function activate(context: EngineContext, id: string): Promise<BundleInfo> {
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
  const { workspace, database } = requireSession(context);
  const id = workspace.manifest.activeBundle;
  if (!id) return null;
  const bundle = await readBundleInfo(context, id);
  await ingestEvents(context);
  const { selection } = await readRun(workspace.path, bundle.manifest.run);
  const { fingerprint } = await readTrainingData(database, selection);
  return { bundle, upToDate: fingerprint === bundle.manifest.dataFingerprint };
}

export function bundleHandlers(context: EngineContext): HandlersOf<'bundle'> {
  return {
    'bundle.create': async (input) => {
      requireSession(context);
      return context.jobs.start('bundle', `Bundle ${input.run}`, (work) => createBundle(context, input, work));
    },
    'bundle.list': async () => {
      const { workspace } = requireSession(context);
      const manifests = await listFolderManifests(layout.bundles(workspace.path), bundleFiles.manifest, BundleManifest, 'bundle');
      return Promise.all(manifests.map((manifest) => readBundleInfo(context, `bundle-${manifest.version}`)));
    },
    'bundle.current': () => currentBundle(context),
    'bundle.verify': async ({ path: folder }) => {
      const full = path.resolve(folder);
      return { path: full, ...(await verifyBundle(full)) };
    },
    'bundle.activate': ({ id }) => activate(context, id),
  };
}
