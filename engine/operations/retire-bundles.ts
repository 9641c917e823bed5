import { rm } from 'node:fs/promises';
import type { BundleInfo } from '#contract/bundle';
import type { WorkContext } from '../jobs/work-context.ts';
import { layout } from '../workspace/layout.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { createBundle } from './bundles.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

/**
 * Notes a bundle that Recsmith made by itself, and removes those that it made before: but for the one that was served until now, to go back to.
 * Bundles that a user made stay.
 */
export async function retireBundles(workspace: Workspace, made: string, before: string | null): Promise<void> {
  const all = [...workspace.manifest.madeBundles, made];
  await workspace.update({ madeBundles: all });
  const kept = all.filter((id) => id === made || id === before || id === workspace.manifest.activeBundle);
  for (const id of all) if (!kept.includes(id)) await rm(layout.bundle(workspace.path, id), { recursive: true, force: true });
  await workspace.update({ madeBundles: kept });
}

/** Packs and activates a bundle that nobody asked for by itself, as a build or a reindex does. */
export async function renewBundle(
  context: EngineContext,
  input: { run: string; ranker?: string | undefined },
  work: WorkContext,
): Promise<BundleInfo> {
  const { workspace } = requireSession(context);
  const before = workspace.manifest.activeBundle;
  const bundle = await createBundle(context, { ...input, activate: true }, work);
  await retireBundles(workspace, bundle.id, before);
  context.emit({ type: 'workspace.changed' });
  return bundle;
}
