import type { z } from 'zod';
import type { ModelVersion } from '#contract/api/admin-routes';
import type { BundleInfo } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import { verifyBundle } from '../bundles/verify-bundle.ts';
import { activateBundle, listBundles } from './bundles.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

/** The bundles of the workspace as its server tells them, newest first. */
export async function servedVersions(context: EngineContext): Promise<{ models: z.infer<typeof ModelVersion>[] }> {
  const bundles = await listBundles(context);
  const served = context.server.status().bundle;
  return {
    models: bundles.map(({ id, manifest }) => ({
      version: manifest.version,
      model: manifest.model,
      created_at: manifest.createdAt,
      active: id === served,
      // Both stages: retrieval as runs tell it, the ranker's own beside it.
      metrics: {
        ...manifest.metrics,
        ...Object.fromEntries(Object.entries(manifest.rankerMetrics ?? {}).map(([name, value]) => [`ranker:${name}`, value])),
      },
    })),
  };
}

async function findVersion(context: EngineContext, version: string): Promise<BundleInfo> {
  const found = (await listBundles(context)).find(({ manifest }) => manifest.version === version);
  if (found) return found;
  throw new EngineError('not_found', `There is no version ${JSON.stringify(version)}. GET /admin/models lists those there are.`);
}

/**
 * Where the bundle of a version is, checked file by file, for an experiment; from then on it stays until a user removes it: it may win, and be activated after other
 * bundles were made. Throws `not_found` or `bundle_refused`.
 */
export async function bundleOfVersion(context: EngineContext, version: string): Promise<{ path: string }> {
  const { id, path } = await findVersion(context, version);
  await verifyBundle(path);
  const { workspace } = requireSession(context);
  await workspace.update({ madeBundles: workspace.manifest.madeBundles.filter((made) => made !== id) });
  return { path };
}

/** Serves another version. Throws `not_found`, or `bundle_refused`, after which the old one goes on. */
export async function activateVersion(context: EngineContext, version: string): Promise<{ model_version: string }> {
  const { id } = await findVersion(context, version);
  const { manifest } = await activateBundle(context, id);
  return { model_version: manifest.version };
}
