import type { z } from 'zod';
import type { ModelVersion } from '#contract/api/admin-routes';
import { EngineError } from '#contract/errors';
import { activateBundle, listBundles } from './bundles.ts';
import type { EngineContext } from './engine-context.ts';

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
      metrics: manifest.rankerMetrics ?? manifest.metrics,
    })),
  };
}

/** Serves another version. Throws `not_found`, or `bundle_refused`, after which the old one goes on. */
export async function activateVersion(context: EngineContext, version: string): Promise<{ model_version: string }> {
  const found = (await listBundles(context)).find(({ manifest }) => manifest.version === version);
  if (!found)
    throw new EngineError('not_found', `There is no version ${JSON.stringify(version)}. GET /admin/models lists those there are.`);
  const { manifest } = await activateBundle(context, found.id);
  return { model_version: manifest.version };
}
