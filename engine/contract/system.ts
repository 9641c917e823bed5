import { z } from 'zod';
import { operation } from './operation.ts';
import { DeviceReport } from './run.ts';

export const Check = z.object({
  id: z.string(),
  label: z.string(),
  status: z.enum(['ok', 'warning', 'missing']),
  detail: z.string(),
  /** What to do about it. */
  fix: z.string().optional(),
});
export type Check = z.infer<typeof Check>;

export const SystemInfo = z.object({
  version: z.string(),
  platform: z.string(),
  node: z.string(),
  cores: z.number(),
  memoryBytes: z.number(),
  engineMemoryBytes: z.number(),
  device: DeviceReport.nullable(),
});
export type SystemInfo = z.infer<typeof SystemInfo>;

export const systemOperations = {
  'system.info': operation({ summary: 'Versions, device and memory', input: z.object({}), output: SystemInfo }),
  'system.doctor': operation({
    summary: 'What this machine has and lacks, and which device TensorFlow uses and why',
    input: z.object({}),
    output: z.object({ checks: z.array(Check), device: DeviceReport.nullable() }),
    command: 'doctor',
  }),
};
