import { cpus, totalmem } from 'node:os';
import type { HandlersOf } from '#contract/operations';
import type { DeviceReport } from '#contract/run';
import { quietWork } from '../jobs/work-context.ts';
import { runChecks } from '../system/doctor.ts';
import type { EngineContext } from './engine-context.ts';
import { runTrainerTask } from './trainer-process.ts';

/** Asks a trainer which device TensorFlow finds: it is never loaded in the engine itself. */
export async function probeDevice(context: EngineContext): Promise<DeviceReport | null> {
  if (context.device) return context.device;
  try {
    context.device = await runTrainerTask(context.host, { kind: 'probe' }, quietWork);
  } catch {
    return null;
  }
  return context.device;
}

export function systemHandlers(context: EngineContext): HandlersOf<'system'> {
  return {
    'system.info': async () => ({
      version: context.version,
      platform: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      cores: cpus().length,
      memoryBytes: totalmem(),
      engineMemoryBytes: process.memoryUsage().rss,
      device: await probeDevice(context),
    }),
    'system.doctor': async () => {
      const device = await probeDevice(context);
      return { checks: await runChecks({ rootFolder: context.appFolder, device }), device };
    },
  };
}
