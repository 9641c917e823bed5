import type { DeviceReport } from '#contract/run';

/** What a run must name to be repeated. */
export function versionsOf(version: string, device: DeviceReport): Record<string, string> {
  return { recsmith: version, node: process.versions.node, [device.backend]: device.version };
}
