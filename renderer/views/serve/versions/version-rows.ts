import type { BundleInfo } from '#contract/bundle';
import type { ServerStatus } from '#contract/server';

/** A version as its row needs it. */
export interface VersionRow {
  bundle: BundleInfo;
  /** Answers requests now. */
  served: boolean;
  active: boolean;
  /** What its button does; nothing where it is the one already. */
  action: 'Activate' | 'Roll back' | undefined;
}

/** What a click would replace: what is served, else what would be. */
const currentOf = (bundles: readonly BundleInfo[], status: ServerStatus): BundleInfo | undefined =>
  (status.state === 'running' ? bundles.find(({ id }) => id === status.bundle) : undefined) ?? bundles.find(({ active }) => active);

/** Newest first; to go to an older one than the present is to roll back. */
export function versionRows(bundles: readonly BundleInfo[], status: ServerStatus): VersionRow[] {
  const current = currentOf(bundles, status);
  const running = status.state === 'running';
  return [...bundles]
    .sort((a, b) => b.manifest.createdAt.localeCompare(a.manifest.createdAt))
    .map((bundle) => {
      const served = running && bundle.id === status.bundle;
      const settled = bundle.active && (!running || served);
      const older = current !== undefined && bundle.manifest.createdAt < current.manifest.createdAt;
      return { bundle, served, active: bundle.active, action: settled ? undefined : older ? 'Roll back' : 'Activate' };
    });
}
