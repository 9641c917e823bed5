import type { DeviceReport } from '#contract/run';
import { loadTensorFlow } from '../models/tensorflow.ts';

/** Which device trainings run on, and why. */
export async function runProbeTask(): Promise<DeviceReport> {
  return (await loadTensorFlow()).report;
}
